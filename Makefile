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

# --- flags -----------------------------------------------------------------

STD := -std=c11 -D_GNU_SOURCE
WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
	-Wmissing-prototypes -Wcast-qual -Wwrite-strings -Wundef -Wvla \
	-Wformat=2 -Wframe-larger-than=16384 -Werror
INC := -I. -I$(B)/gen
PKGS := libuv libsodium libprotobuf-c libqrencode sqlite3 zlib libcjson
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
# mbedtls and wslay ship no .pc file on Debian 12
LIBS := $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lwslay -lmbedtls \
	-lmbedx509 -lmbedcrypto -lpthread
REPRO := -ffile-prefix-map=$(CURDIR)=.
HARDEN := -fPIE -fstack-protector-strong -D_FORTIFY_SOURCE=2 \
	-fstack-clash-protection \
	$(shell $(CC) -fcf-protection=full -E -x c /dev/null >/dev/null 2>&1 && \
	echo -fcf-protection=full)
HARDEN_LD := -pie -Wl,-z,relro,-z,now,-z,noexecstack
DEFS := -DPAIRDESK_VERSION='"$(VERSION)"'
BASE_FLAGS := $(STD) $(WARN) $(INC) $(PKG_CFLAGS) $(REPRO) $(DEFS)

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
SAN_FLAGS := $(BASE_FLAGS) $(TEST_DEFS) -O1 -g $(SAN)
FAST_FLAGS := $(BASE_FLAGS) $(TEST_DEFS) -O2 -g
FUZZ_FLAGS := $(BASE_FLAGS) $(TEST_DEFS) -O1 -g \
	-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all

# changed flags rebuild everything
STAMP := $(B)/flags
FLAGS_NOW := $(CC) $(CFLAGS) $(CPPFLAGS) $(LDFLAGS) $(REL_FLAGS) $(SAN_FLAGS)
ifneq ($(file <$(STAMP)),$(FLAGS_NOW))
$(shell mkdir -p $(B))
$(file >$(STAMP),$(FLAGS_NOW))
endif

# --- sources ---------------------------------------------------------------

PROTO := $(sort $(wildcard core/wire/proto/*.proto))
PROTO_C := $(PROTO:%.proto=$(B)/gen/%.pb-c.c)
PROTO_H := $(PROTO_C:.c=.h)
GEN := $(PROTO_H) $(B)/gen/core/wire/tokens.inc

CORE_SRC := $(sort $(wildcard core/*/*.c))
WIRE_SRC := $(sort $(wildcard core/base/*.c core/wire/*.c))
TUI_SRC := $(sort $(wildcard tui/*.c))
SIM_SRC := $(sort $(wildcard tests/sim/*.c))
UNIT_SRC := tests/t.c $(sort $(wildcard tests/unit/*/*.c))
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
$(eval $(call variant,san,$$(CC),$$(SAN_FLAGS)))
$(eval $(call variant,fast,$$(CC),$$(FAST_FLAGS)))
$(eval $(call variant,fuzz/obj,$$(CLANG),$$(FUZZ_FLAGS)))

# --- programs --------------------------------------------------------------

$(B)/libpairdesk.a: $(call obj,rel,$(CORE_SRC))
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(B)/pairdesk: $(patsubst %.c,$(B)/rel/%.o,$(TUI_SRC)) $(B)/libpairdesk.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(REL_LD) $(LDFLAGS) -o $@ $^ $(LIBS)

$(B)/wasim: $(call obj,rel,$(SIM_SRC) $(WIRE_SRC))
	$(call say,LINK,$@)
	$(Q)$(CC) $(REL_LD) $(LDFLAGS) -o $@ $^ $(LIBS)

# $(1) variant, $(2) link flags
define test_programs
$(B)/$(1)/pairdesk: $$(call obj,$(1),$$(TUI_SRC) $$(CORE_SRC))
	$$(call say,LINK,$$@)
	$$(Q)$$(CC) $(2) $$(LDFLAGS) -o $$@ $$^ $$(LIBS)
$(B)/$(1)/wasim: $$(call obj,$(1),$$(SIM_SRC) $$(WIRE_SRC))
	$$(call say,LINK,$$@)
	$$(Q)$$(CC) $(2) $$(LDFLAGS) -o $$@ $$^ $$(LIBS)
$(B)/$(1)/unit: $$(call obj,$(1),$$(UNIT_SRC) $$(CORE_SRC))
	$$(call say,LINK,$$@)
	$$(Q)$$(CC) $(2) $$(LDFLAGS) -o $$@ $$^ $$(LIBS)
$(B)/$(1)/vectors: $$(call obj,$(1),$$(VEC_SRC) $$(WIRE_SRC))
	$$(call say,LINK,$$@)
	$$(Q)$$(CC) $(2) $$(LDFLAGS) -o $$@ $$^ $$(LIBS)
endef
$(eval $(call test_programs,san,$$(SAN)))
$(eval $(call test_programs,fast,))

$(B)/fuzz/fuzz_%: $(B)/fuzz/obj/tests/fuzz/fuzz_%.o $(call obj,fuzz/obj,$(CORE_SRC))
	$(call say,LINK,$@)
	$(Q)$(CLANG) -fsanitize=fuzzer,address,undefined -o $@ $^ $(LIBS)

.SECONDARY:
-include $(shell find $(B) -name '*.d' 2>/dev/null)

.PHONY: clean
clean:
	rm -rf $(B)
