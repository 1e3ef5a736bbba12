/*
 * vectors DIR: checks the code against every vector file (*.json) in DIR.
 * One line a file; files of a kind that is not built yet are named and
 * skipped. The last line is "N passed, N failed, N skipped", where passed
 * and failed count checks and skipped counts files. Status 1 when anything
 * failed, a file is damaged, or nothing was checked.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "core/base/mem.h"
#include "core/base/secret.h"
#include "core/base/str.h"
#include "tests/vectors/vec.h"

#define FILE_MAX (256l * 1024 * 1024)
#define PATH_LEN_MAX 4096

static const struct kind {
	const char *file;
	void (*run)(const cJSON *root, struct vec_count *c);
} kinds[] = {
	{ "binary-nodes.json", vec_binary_nodes },
	{ "client-payload.json", vec_client_payload },
	{ "malformed.json", vec_malformed },
	{ "noise.json", vec_noise },
	{ "pairing-code.json", vec_pairing_code },
	{ "pairing-qr.json", vec_pairing_qr },
	{ "prekey-upload.json", vec_prekey_upload },
	{ "xeddsa.json", vec_xeddsa },
};

struct totals {
	int passed, failed, skipped;
};

static const struct kind *
find_kind(const char *file)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (strcmp(kinds[i].file, file) == 0)
			return &kinds[i];
	}
	return NULL;
}

/* The whole file, NUL-terminated; NULL when it cannot be read. */
static char *
read_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	char *text = NULL;
	long n;

	if (f == NULL)
		return NULL;
	if (fseek(f, 0, SEEK_END) == 0 && (n = ftell(f)) >= 0 &&
	    n <= FILE_MAX && fseek(f, 0, SEEK_SET) == 0) {
		text = xcalloc((size_t)n + 1, 1);
		if (fread(text, 1, (size_t)n, f) != (size_t)n) {
			free(text);
			text = NULL;
		}
	}
	fclose(f);
	return text;
}

static cJSON *
read_json(const char *path)
{
	char *text = read_file(path);
	cJSON *root = text == NULL ? NULL
	    : cJSON_ParseWithOpts(text, NULL, true);

	free(text);
	return root;
}

static void
run_kind(const struct kind *kind, const char *name, const cJSON *root,
    struct totals *t)
{
	struct vec_count c = { 0, 0, 0 };

	kind->run(root, &c);
	if (c.passed + c.failed == 0)
		vec_check(&c, false, name, "no vectors in the file");
	printf("%s: %d passed, %d failed, %d open\n", name, c.passed, c.failed,
	    c.open);
	t->passed += c.passed;
	t->failed += c.failed;
}

static void
run_file(const char *dir, const char *name, struct totals *t)
{
	char path[PATH_LEN_MAX];
	const struct kind *kind;
	const char *file;
	cJSON *root;

	if (!str_format(path, sizeof path, "%s/%s", dir, name) ||
	    (root = read_json(path)) == NULL) {
		printf("%s: damaged or unreadable\n", name);
		t->failed++;
		return;
	}
	file = vec_str(cJSON_GetObjectItemCaseSensitive(root, "header"),
	    "file");
	kind = find_kind(file == NULL ? name : file);
	if (kind != NULL) {
		run_kind(kind, name, root, t);
	} else {
		printf("%s: skipped, no such kind is built\n", name);
		t->skipped++;
	}
	cJSON_Delete(root);
}

static int
is_json(const struct dirent *entry)
{
	const size_t n = strlen(entry->d_name);

	return n > 5 && entry->d_name[0] != '.' &&
	    strcmp(entry->d_name + n - 5, ".json") == 0;
}

int
main(int argc, char **argv)
{
	struct totals t = { 0, 0, 0 };
	struct dirent **names;
	int n;

	if (argc != 2) {
		fputs("usage: vectors DIR\n", stderr);
		return 2;
	}
	if (secret_process_init() != ERR_OK)
		return 1;
	if ((n = scandir(argv[1], &names, is_json, alphasort)) < 0) {
		perror(argv[1]);
		return 1;
	}
	for (int i = 0; i < n; i++) {
		run_file(argv[1], names[i]->d_name, &t);
		fflush(stdout);
		free(names[i]);
	}
	free(names);
	printf("%d passed, %d failed, %d skipped\n", t.passed, t.failed,
	    t.skipped);
	return t.failed > 0 || t.passed == 0;
}
