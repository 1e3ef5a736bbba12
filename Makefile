# pairdesk: one file for everything. `make help` lists the targets.
#
#   make            build/pairdesk
#   make demo       simulator, console, listener: see a company link
#   make test       everything that must hold, under sanitizers
#
# V=1 shows commands. SANITIZE=address,undefined builds the product with
# them. CC, CFLAGS, CPPFLAGS, LDFLAGS, PREFIX and DESTDIR are yours.

VERSION := 0.1.0
PREFIX ?= /usr/local
DESTDIR ?=
B := build

ifeq ($(origin CC),default)
CC := gcc
endif
CLANG ?= clang
CFLAGS ?= -O2 -g
Q := $(if $(V),,@)
say = $(if $(V),@:,@printf '  %-7s %s\n' $(1) $(2))

.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: all
all: $(B)/pairdesk

# `make -j8 clean all`: cleaned here, before make has looked at any file
CLEAN_FIRST := $(and $(filter clean,$(MAKECMDGOALS)),\
	$(filter-out clean,$(MAKECMDGOALS)))
DRY_RUN := $(findstring n,$(firstword -$(MAKEFLAGS)))
ifneq ($(CLEAN_FIRST),)
$(if $(DRY_RUN),,$(shell rm -rf $(B)))
endif

# --- flags -----------------------------------------------------------------

STD := -std=c11 -D_GNU_SOURCE
WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
	-Wmissing-prototypes -Wcast-qual -Wwrite-strings -Wundef -Wvla \
	-Wformat=2 -Wframe-larger-than=16384 -Werror
INC := -I. -I$(B)/gen
# curses: the faces' alone
TUI_LIBS := $(shell pkg-config --libs ncursesw 2>/dev/null)
PKGS := libuv libsodium libprotobuf-c libqrencode libpng sqlite3 zlib libcjson
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
# mbedtls and wslay ship no .pc file on Debian 12
LIBS := $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lwslay -lmbedtls \
	-lmbedx509 -lmbedcrypto -lpthread
HTTPD_LIBS := $(shell pkg-config --libs libmicrohttpd 2>/dev/null)
REPRO := -ffile-prefix-map=$(CURDIR)=.
# x86 only. Debian's start files do not carry the mark, so the linker would
# drop it for the program: it is told to set it. Not -z ibt, since _start is
# no landing pad there.
CET := $(shell $(CC) -fcf-protection=full -E -x c /dev/null >/dev/null 2>&1 && \
	echo yes)
# a level that the builder or the compiler's vendor has set must not clash
FORTIFY := $(if $(findstring _FORTIFY_SOURCE,$(CFLAGS) $(CPPFLAGS)),,\
	-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
HARDEN := -fPIE -fstack-protector-strong $(FORTIFY) \
	-fstack-clash-protection $(if $(CET),-fcf-protection=full)
HARDEN_LD := -pie -Wl,-z,relro,-z,now,-z,noexecstack $(if $(CET),-z shstk)
DEFS := -DPAIRDESK_VERSION='"$(VERSION)"'
BASE_FLAGS := $(STD) $(WARN) $(INC) $(PKG_CFLAGS) $(REPRO) $(DEFS)

# one set of objects for the test programs and the fuzz targets: clang, so
# that each file is also compiled by the other compiler
SAN := -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer
ifneq ($(SANITIZE),)
REL_FLAGS := $(BASE_FLAGS) -fPIE -fsanitize=$(SANITIZE) -fno-omit-frame-pointer
REL_LD := -pie -fsanitize=$(SANITIZE)
else
REL_FLAGS := $(BASE_FLAGS) $(HARDEN)
REL_LD := $(HARDEN_LD)
endif
# the test builds run with a clock that can be hurried (core/base/clock.h)
TEST_DEFS := -DPAIRDESK_TEST_CLOCK
SAN_FLAGS := $(BASE_FLAGS) $(TEST_DEFS) -O1 -gline-tables-only $(SAN) \
	-fsanitize=fuzzer-no-link

# changed flags rebuild everything
STAMP := $(B)/flags
FLAGS_NOW := $(CC) $(CLANG) $(CFLAGS) $(CPPFLAGS) $(LDFLAGS) $(REL_FLAGS) $(SAN_FLAGS)
ifneq ($(file <$(STAMP)),$(FLAGS_NOW))
$(shell mkdir -p $(B))
$(file >$(STAMP),$(FLAGS_NOW))
endif

# so does a page that comes or goes
ifneq ($(file <$(B)/pages),$(wildcard public/*))
$(file >$(B)/pages,$(wildcard public/*))
endif

# --- sources ---------------------------------------------------------------

PROTO := $(sort $(wildcard core/wire/proto/*.proto))
PROTO_C := $(PROTO:%.proto=$(B)/gen/%.pb-c.c)
PROTO_H := $(PROTO_C:.c=.h)
GEN := $(PROTO_H) $(B)/gen/core/wire/tokens.inc $(B)/gen/httpd/pages.inc

CORE_SRC := $(sort $(wildcard core/*/*.c))
WIRE_SRC := $(sort $(wildcard core/base/*.c core/wire/*.c))
HTTPD_SRC := $(sort $(wildcard httpd/*.c))
TUI_SRC := $(sort $(wildcard tui/*.c tui/*/*.c))
PAGES := $(sort $(filter-out public/README.md public/openapi.json,$(wildcard public/*)))
# what the unit tests and fuzz targets take of the faces
UNIT_TUI_SRC := $(filter-out tui/main.c,$(TUI_SRC))
SIM_SRC := $(sort $(wildcard tests/sim/*.c))
UNIT_SRC := tests/t.c $(sort $(wildcard tests/unit/*/*.c))
MONKEY_SRC := tests/t.c $(sort $(wildcard tests/monkey/*.c)) \
	tests/unit/httpd/hall.c tests/unit/store/fix.c \
	tests/unit/tui/fake_core.c
VEC_SRC := $(sort $(wildcard tests/vectors/*.c))
FUZZ_SRC := $(sort $(wildcard tests/fuzz/fuzz_*.c))
FUZZ := $(FUZZ_SRC:tests/fuzz/%.c=$(B)/fuzz/%)

obj = $(patsubst %.c,$(B)/$(1)/%.o,$(2)) $(patsubst $(B)/gen/%.c,$(B)/$(1)/gen/%.o,$(PROTO_C))

# --- generated -------------------------------------------------------------

$(B)/gen/%.pb-c.c $(B)/gen/%.pb-c.h &: %.proto
	$(call say,PROTOC,$<)
	$(Q)mkdir -p $(@D) && protoc-c --c_out=$(B)/gen $<

$(B)/gen/core/wire/tokens.inc: core/wire/tokens.awk core/wire/tokens.tsv
	$(call say,GEN,$@)
	$(Q)mkdir -p $(@D) && LC_ALL=C awk -f core/wire/tokens.awk core/wire/tokens.tsv >$@

$(B)/gen/httpd/pages.inc: httpd/embed.sh $(PAGES) $(B)/pages
	$(call say,GEN,$@)
	$(Q)mkdir -p $(@D) && httpd/embed.sh $(PAGES) >$@

# --- compiling: one rule a variant -----------------------------------------

# $(1) variant, $(2) compiler, $(3) flags
define variant
$(B)/$(1)/%.o: %.c $(STAMP) | $(GEN)
	$$(call say,$(1),$$<)
	$$(Q)mkdir -p $$(@D) && $(2) $(3) $$(CPPFLAGS) -MMD -MP -c -o $$@ $$<
# what protoc-c writes is not held to our warnings
$(B)/$(1)/gen/%.o: $(B)/gen/%.c $(STAMP) | $(GEN)
	$$(call say,$(1),$$<)
	$$(Q)mkdir -p $$(@D) && $(2) $(3) $$(CPPFLAGS) -w -MMD -MP -c -o $$@ $$<
endef
$(eval $(call variant,rel,$$(CC),$$(REL_FLAGS) $$(CFLAGS)))
$(eval $(call variant,san,$$(CLANG),$$(SAN_FLAGS)))

# --- programs --------------------------------------------------------------

$(B)/libpairdesk.a: $(call obj,rel,$(CORE_SRC))
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(B)/pairdesk: $(patsubst %.c,$(B)/rel/%.o,$(TUI_SRC) $(HTTPD_SRC)) $(B)/libpairdesk.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(REL_LD) $(LDFLAGS) -o $@ $^ $(LIBS) $(HTTPD_LIBS) $(TUI_LIBS)

$(B)/wasim: $(call obj,rel,$(SIM_SRC) $(WIRE_SRC))
	$(call say,LINK,$@)
	$(Q)$(CC) $(REL_LD) $(LDFLAGS) -o $@ $^ $(LIBS)

# $(1) variant, $(2) link flags
define test_programs
$(B)/$(1)/pairdesk: $$(call obj,$(1),$$(TUI_SRC) $$(HTTPD_SRC) $$(CORE_SRC))
	$$(call say,LINK,$$@)
	$$(Q)$$(CLANG) $(2) $$(LDFLAGS) -o $$@ $$^ $$(LIBS) $$(HTTPD_LIBS) $$(TUI_LIBS)
$(B)/$(1)/wasim: $$(call obj,$(1),$$(SIM_SRC) $$(WIRE_SRC))
	$$(call say,LINK,$$@)
	$$(Q)$$(CLANG) $(2) $$(LDFLAGS) -o $$@ $$^ $$(LIBS)
$(B)/$(1)/unit: $$(call obj,$(1),$$(UNIT_SRC) $$(HTTPD_SRC) $$(UNIT_TUI_SRC) $$(CORE_SRC))
	$$(call say,LINK,$$@)
	$$(Q)$$(CLANG) $(2) $$(LDFLAGS) -o $$@ $$^ $$(LIBS) $$(HTTPD_LIBS) $$(TUI_LIBS)
$(B)/$(1)/monkey: $$(call obj,$(1),$$(MONKEY_SRC) $$(HTTPD_SRC) $$(UNIT_TUI_SRC) $$(CORE_SRC))
	$$(call say,LINK,$$@)
	$$(Q)$$(CLANG) $(2) $$(LDFLAGS) -o $$@ $$^ $$(LIBS) $$(HTTPD_LIBS) $$(TUI_LIBS)
$(B)/$(1)/vectors: $$(call obj,$(1),$$(VEC_SRC) $$(WIRE_SRC))
	$$(call say,LINK,$$@)
	$$(Q)$$(CLANG) $(2) $$(LDFLAGS) -o $$@ $$^ $$(LIBS)
endef
$(eval $(call test_programs,san,$$(SAN)))

$(B)/fuzz/fuzz_%: $(B)/san/tests/fuzz/fuzz_%.o $(call obj,san,$(UNIT_TUI_SRC) $(HTTPD_SRC) $(CORE_SRC))
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D) && $(CLANG) -fsanitize=fuzzer,address,undefined \
	    -o $@ $^ $(LIBS) $(HTTPD_LIBS) $(TUI_LIBS)

# --- tests -----------------------------------------------------------------

VECTORS ?= tests/vectors
FUZZ_SECONDS ?= 1
FUZZ_LONG ?= 600
E2E ?=
JOBS ?= 2

.PHONY: test check unit vectors fuzz-smoke fuzz e2e peer
# made anew after deps, since what was just installed changes the flags
test:
	$(Q)$(MAKE) --no-print-directory deps
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) programs
	$(Q)$(MAKE) --no-print-directory check

# Two lanes, since some wait and some compute: end to end beside all others.
MAKE_AGAIN := $(MAKE)
LANE_WAITS := e2e
LANE_WORKS := check-layers headless kills-short unit monkey vectors-test fuzz-smoke peer web
# What broke on purpose is gathered, and held against tests/RELIABILITY.md.
FOUND := $(abspath $(B))/reliability.jsonl
check: programs
	$(Q)rm -f $(FOUND)
	$(Q)RELIABILITY_OUT=$(FOUND) python3 tests/lanes.py $(MAKE_AGAIN) \
	    '$(LANE_WAITS)' '$(LANE_WORKS)'
	$(Q)python3 tests/reliability.py check $(FOUND) tests/RELIABILITY.md
	@echo 'make test: everything passed'

.PHONY: programs
programs: all $(B)/wasim $(B)/san/pairdesk $(B)/san/wasim \
	$(B)/san/unit $(B)/san/vectors $(B)/san/monkey $(FUZZ)

unit: $(B)/san/unit
	$(Q)$(B)/san/unit

# the console under random keys; for hours: make monkey KEYS=10000000 SEED=7
KEYS ?= 60000
SEED ?= 1
.PHONY: monkey
monkey: $(B)/san/monkey
	$(Q)KEYS=$(KEYS) SEED=$(SEED) $(B)/san/monkey

# by hand: make vectors VECTORS=DIR
vectors: $(B)/san/vectors
	$(Q)$(B)/san/vectors $(VECTORS)

.PHONY: vectors-test
vectors-test: $(B)/san/vectors
	$(Q)$(B)/san/vectors tests/vectors

# seeds are copied, so that what a run finds does not land in the tree
fuzz-smoke: $(FUZZ)
	$(Q)CLANG=$(CLANG) tests/fuzz/run.sh $(B)/fuzz $(FUZZ_SECONDS)

fuzz: $(FUZZ)
	$(Q)tests/fuzz/run.sh $(B)/fuzz $(FUZZ_LONG)

# waits more than it computes: eight at a time, whatever JOBS is
e2e: $(B)/san/pairdesk $(B)/wasim
	$(Q)python3 tests/e2e/run.py --binary $(B)/san/pairdesk \
	    --sim $(B)/wasim -j 8 $(E2E)

# the simulator's own proof: a client that no one here wrote links to it
peer: $(B)/san/wasim
	$(Q)sh tests/peer/node.sh --install
	$(Q)sh tests/peer/node.sh tests/peer/link.mjs $(B)/san/wasim

# the pages in a real browser, against the simulator
.PHONY: web
web: $(B)/san/pairdesk $(B)/wasim
	$(Q)sh tests/web/web.sh --install
	$(Q)sh tests/web/web.sh $(B)/san/pairdesk $(B)/wasim

# the long forms, and their table anew
KILLS ?= 1000
.PHONY: reliability kills kills-short
reliability: programs
	$(Q)rm -f $(FOUND)
	$(Q)RELIABILITY_OUT=$(FOUND) $(B)/san/unit
	$(Q)RELIABILITY_OUT=$(FOUND) python3 tests/e2e/run.py --told \
	    --binary $(B)/san/pairdesk --sim $(B)/wasim -j 3
	$(Q)RELIABILITY_OUT=$(FOUND) $(MAKE) --no-print-directory kills
	$(Q)python3 tests/reliability.py write $(FOUND) tests/RELIABILITY.md

kills: $(B)/pairdesk $(B)/wasim
	$(Q)python3 tests/e2e/kills.py --binary $(B)/pairdesk --sim $(B)/wasim \
	    --kills $(KILLS)
# within make test
kills-short: $(B)/pairdesk $(B)/wasim
	$(Q)python3 tests/e2e/kills.py --binary $(B)/pairdesk --sim $(B)/wasim \
	    --kills 12 --minutes 1

# --- checks of the code ----------------------------------------------------

.PHONY: check-layers headless lint
check-layers:
	$(Q)tests/check-layers.sh

# core compiles where ncurses and libmicrohttpd are not even installed
headless: $(GEN)
	$(Q)tests/headless.sh $(CC) $(STD) -I. -I$(B)/gen $(PKG_CFLAGS) $(DEFS)

LINT_SRC := $(CORE_SRC) $(HTTPD_SRC) $(TUI_SRC) $(SIM_SRC)
lint: $(GEN)
	$(Q)tests/lint.sh
	$(Q)printf '%s\n' $(LINT_SRC) | xargs -P $(JOBS) -I FILE \
	    clang-tidy --quiet FILE -- $(STD) -I. -I$(B)/gen \
	    $(PKG_CFLAGS) $(DEFS)
	$(Q)cppcheck --quiet --error-exitcode=1 --std=c11 --inline-suppr \
	    --enable=warning,performance,portability \
	    --suppressions-list=tests/cppcheck.txt -j 2 -I. -I$(B)/gen \
	    $(DEFS) -D_GNU_SOURCE --include=tests/cppcheck.h $(LINT_SRC)
	$(Q)shellcheck .ci/run httpd/*.sh tests/*.sh tests/*/*.sh

.PHONY: bench
bench: $(B)/pairdesk $(B)/wasim $(B)/bench
	$(Q)python3 tests/bench/bench.py --build $(B)

$(B)/bench: $(call obj,rel,$(wildcard tests/bench/*.c)) $(B)/libpairdesk.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(REL_LD) $(LDFLAGS) -o $@ $^ $(LIBS) $(HTTPD_LIBS) $(TUI_LIBS)

# --- for people ------------------------------------------------------------

# the pictures of README.md, of the console as it is
.PHONY: pictures
pictures: $(B)/pairdesk $(B)/wasim
	$(Q)python3 tests/tui/pictures.py --binary $(B)/pairdesk --sim $(B)/wasim

.PHONY: demo install help deps
demo:
	$(Q)$(MAKE) --no-print-directory deps
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) $(B)/pairdesk $(B)/wasim
	$(Q)python3 tests/demo/demo.py --binary $(B)/pairdesk --sim $(B)/wasim

install: $(B)/pairdesk
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(B)/pairdesk $(DESTDIR)$(PREFIX)/bin/pairdesk
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system
	sed 's|/usr/local/bin/|$(PREFIX)/bin/|' httpd/pairdesk.service \
	    >$(DESTDIR)$(PREFIX)/lib/systemd/system/pairdesk.service
	install -m 644 httpd/pairdesk.socket \
	    $(DESTDIR)$(PREFIX)/lib/systemd/system/pairdesk.socket
	chmod 644 $(DESTDIR)$(PREFIX)/lib/systemd/system/pairdesk.service

help:
	@echo 'deps      install what is missing with apt-get (as root)'
	@echo 'all       build/pairdesk'
	@echo 'demo      the console with companies in many states, simulated'
	@echo 'test      everything that must hold'
	@echo 'vectors   run test vectors: make vectors VECTORS=DIR'
	@echo 'lint      clang-tidy, cppcheck, shellcheck'
	@echo 'monkey    the console under random keys: KEYS=, SEED='
	@echo 'pictures  draw those of README.md anew'
	@echo 'bench     what it costs: memory, CPU, latencies'
	@echo 'kills     kill -9 at random moments, against what phones hold: KILLS=1000'
	@echo 'reliability  every fault, long; writes tests/RELIABILITY.md'
	@echo 'fuzz      each decoder for FUZZ_LONG seconds'
	@echo 'install   to DESTDIR and PREFIX'
	@echo 'clean     remove build/'

BUILD_DEPS := gcc clang make pkg-config protobuf-c-compiler libprotobuf-c-dev \
	libuv1-dev libsodium-dev libmbedtls-dev libwslay-dev libqrencode-dev \
	libpng-dev libsqlite3-dev libcjson-dev zlib1g-dev libmicrohttpd-dev \
	ca-certificates libncurses-dev ncurses-term
TEST_DEPS := libclang-rt-dev python3 tmux zbar-tools \
	zxing-cpp-tools unifont xfonts-base npm nodejs chromium wrk \
	clang-tidy cppcheck shellcheck systemd
deps:
	$(Q)tests/deps.sh $(BUILD_DEPS) $(TEST_DEPS)

.SECONDARY:
-include $(shell find $(B) -name '*.d' 2>/dev/null)

.PHONY: clean
clean:
	$(if $(CLEAN_FIRST),@:,rm -rf $(B))
