#include "core/base/err.h"

#include <string.h>

#include "tests/t.h"

TEST(err_every_one_has_name_text_and_class)
{
	for (int i = 0; i < ERR_COUNT; i++) {
		const enum err err = (enum err)i;

		EXPECT(err_name(err)[0] != '\0');
		EXPECT(err_text(err)[0] != '\0');
		EXPECT(err_class(err) <= ERRC_BUG);
		for (int j = 0; j < i; j++) {
			EXPECT(strcmp(err_name(err),
			    err_name((enum err)j)) != 0);
			EXPECT(strcmp(err_text(err),
			    err_text((enum err)j)) != 0);
		}
	}
}

TEST(err_classes_that_decide_what_happens)
{
	EXPECT_INT(ERR_OK, 0);
	EXPECT_INT(err_class(ERR_OK), ERRC_NONE);
	EXPECT_INT(err_class(ERR_CANCELLED), ERRC_NONE);
	EXPECT_INT(err_class(ERR_TRUNCATED), ERRC_PEER);
	EXPECT_INT(err_class(ERR_TIMEOUT), ERRC_NETWORK);
	EXPECT_INT(err_class(ERR_CORRUPT), ERRC_LOCAL);
	EXPECT_INT(err_class(ERR_INVALID), ERRC_USER);
	/* a wrong clock is this machine's fault, not the peer's */
	EXPECT_INT(err_class(ERR_CERT_TIME), ERRC_LOCAL);
}

TEST(err_out_of_range_is_internal)
{
	EXPECT_STR(err_name((enum err)9999), "INTERNAL");
	EXPECT_STR(err_text((enum err)-1), err_text(ERR_INTERNAL));
	EXPECT_INT(err_class((enum err)ERR_COUNT), ERRC_BUG);
}
