/* Which words a stage of a proxy has when it fails so. */
#ifndef PAIRDESK_APP_WAY_H
#define PAIRDESK_APP_WAY_H

#include "core/app/words.h"
#include "core/io/stage.h"

/* WAY_NO_PROXY for a stage that is not a proxy's. */
enum words_proxy way_of(enum stage stage, enum err err);

/* Why a step of the doctor failed, and whose no it was. */
enum word way_cause(enum stage stage, enum err err);

#endif
