# tokens.tsv (dictionary, index, token) to C tables for core/wire/token.c:
# token_texts[id] and an open-addressed hash table token_slots[]. Ids, the
# hash and the number of slots are explained in token.c and must agree.
# Plain awk (mawk): no arrays of arrays, no bit operations.

BEGIN {
	FS = "\t"
	slots = 4093
	for (i = 32; i < 127; i++)
		code[sprintf("%c", i)] = i
}

function hash(s,    h, i) {
	h = 5381
	for (i = 1; i <= length(s); i++)
		h = (h * 33 + code[substr(s, i, 1)]) % 4294967296
	return h % slots
}

function damaged(why) {
	print "tokens.tsv:" NR ": " why >"/dev/stderr"
	failed = 1
	exit 1
}

NF != 3 || $3 !~ /^[ !#-[\]-~]+$/ { damaged("not a token line") }
$3 in seen { damaged("token occurs twice") }
$1 == "single" && $2 >= 1 && $2 <= 235 { id = $2 + 0 }
$1 != "single" && $1 >= 0 && $1 <= 3 && $2 >= 0 && $2 <= 255 {
	id = 256 * ($1 + 1) + $2
}
{
	if (id in text)
		damaged("index occurs twice")
	seen[$3]
	text[id] = $3
	for (at = hash($3); at in slot; at = (at + 1) % slots)
		continue
	slot[at] = id
	if (length($3) > longest)
		longest = length($3)
	count++
}

END {
	if (failed)
		exit 1
	if (count != 1259)
		damaged(count " tokens instead of 1259")
	print "/* Made by tokens.awk from tokens.tsv. */"
	print "#define TOKEN_SLOTS " slots "u"
	print "#define TOKEN_LEN_MAX " longest
	print "static const struct token_text token_texts[TOKEN_IDS] = {"
	for (id = 1; id < 1280; id++)
		if (id in text)
			printf "\t[%d] = { \"%s\", %d },\n", id, text[id],
			    length(text[id])
	print "};"
	print "static const uint16_t token_slots[TOKEN_SLOTS] = {"
	for (at = 0; at < slots; at++)
		if (at in slot)
			printf "\t[%d] = %d,\n", at, slot[at]
	print "};"
}
