#include "core/wire/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <string.h>

#include "core/base/mem.h"
#include "tests/t.h"

TEST(arena_alloc_is_aligned_after_odd_bytes)
{
	struct arena *a = arena_create(0);

	ASSERT(a != NULL);
	for (size_t n = 1; n < 3000; n += 7) {
		char *bytes = arena_bytes(a, n);
		char *aligned = arena_alloc(a, n);

		ASSERT(bytes != NULL && aligned != NULL);
		EXPECT_INT((uintptr_t)aligned % alignof(max_align_t), 0);
		memset(bytes, 0x11, n);
		memset(aligned, 0x22, n);
	}
	arena_destroy(a);
}

TEST(arena_bytes_do_not_overlap)
{
	static const size_t sizes[] = { 1, 500, 70000, 2, 300000, 16, 0, 9 };
	struct arena *a = arena_create(100);
	uint8_t *p[ARRAY_LEN(sizes)];

	ASSERT(a != NULL);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		p[i] = (uint8_t *)arena_bytes(a, sizes[i]);
		ASSERT(p[i] != NULL);
		memset(p[i], (int)i, sizes[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		for (size_t k = 0; k < sizes[i]; k++)
			ASSERT(p[i][k] == i);
	}
	arena_destroy(a);
}

TEST(arena_alloc_refuses_what_no_memory_can_hold)
{
	struct arena *a = arena_create(0);

	ASSERT(a != NULL);
	EXPECT_NULL(arena_bytes(a, SIZE_MAX));
	EXPECT(arena_bytes(a, 8) != NULL);
	arena_destroy(a);
}

/* ASan finds what the first one does not free. */
TEST(arena_destroy_frees_all_it_adopted)
{
	struct arena *top = arena_create(0), *chain = top;

	for (int i = 0; i < 10000; i++) {
		struct arena *a = arena_create(0);

		ASSERT(a != NULL);
		arena_adopt(i % 2 == 0 ? chain : top, a);
		ASSERT(arena_bytes(a, 1000) != NULL);
		chain = a;
	}
	arena_destroy(top);
	arena_destroy(NULL);
}
