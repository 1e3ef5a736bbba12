#ifndef TOKENS_SOON
#define TOKENS_SOON
#include <stdbool.h>
#include <stdint.h>
enum token_role { TOKEN_SHARE, TOKEN_COMPANY, TOKEN_ADMIN };
struct token_info { char id[9]; enum token_role role; bool spent; char company[65]; };
struct tokens;
static inline struct tokens *app_tokens(void *a) { (void)a; return 0; }
static inline bool tokens_check(struct tokens *t, const char *s, int64_t now, struct token_info *out) { (void)t,(void)s,(void)now,(void)out; return false; }
#endif
