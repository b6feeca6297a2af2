# bon: `make demo` shows it at work, `make check` tests it; `make help` lists the rest.
# Everything is built under build/; variants (asan, tsan) under build/<variant>/.

VERSION := $(shell sed -n 's/^.define BON_VERSION_[A-Z]* //p' include/bon/base.h | paste -sd.)
ABI     := 0

CC      ?= cc
CFLAGS  ?= -O3 -g
PREFIX  ?= /usr/local
DESTDIR ?=
O       ?= build

PACKAGES := icu-uc libpcre2-8 libzstd zlib
pkg       = $(shell pkg-config $(1) $(2) 2>/dev/null)

override CFLAGS += -std=c17 -D_GNU_SOURCE -fPIC -fvisibility=hidden -pthread -Iinclude -Isrc \
  -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wwrite-strings \
  $(call pkg,--cflags,$(PACKAGES)) $(VARIANT_FLAGS)
override LDFLAGS += -pthread $(VARIANT_FLAGS)
LIBS    := $(call pkg,--libs,$(PACKAGES)) -lm

LIB_SOURCES := $(sort $(wildcard src/*/*.c))
CMD_SOURCES := $(sort $(wildcard cmd/bon/*.c))
LIB_OBJECTS := $(LIB_SOURCES:%.c=$(O)/obj/%.o)
CMD_OBJECTS := $(CMD_SOURCES:%.c=$(O)/obj/%.o)

.DEFAULT_GOAL := all
.PHONY: all help deps demo check unit cli property fuzz-corpus fuzz asan tsan bench format lint install uninstall model clean
.DELETE_ON_ERROR:

## all: build the command and both libraries (no network, no set-up)
all: $(O)/bon $(O)/libbon.a $(O)/libbon.so $(O)/bon.pc

## help: list the targets
help:
	@sed -n 's/^## \([a-z-]*\): /  \1\t/p' Makefile | expand -t 18

# ---- objects, libraries, command ----

$(O)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -MMD -MP -c $< -o $@

-include $(LIB_OBJECTS:.o=.d) $(CMD_OBJECTS:.o=.d)

$(O)/libbon.a: $(LIB_OBJECTS)
	rm -f $@ && ar rcs $@ $^

$(O)/libbon.so.$(ABI): $(LIB_OBJECTS)
	$(CC) -shared -Wl,-soname,libbon.so.$(ABI) -Wl,-z,defs $(LDFLAGS) -o $@ $^ $(LIBS)

$(O)/libbon.so: $(O)/libbon.so.$(ABI)
	ln -sf $(<F) $@

$(O)/bon: $(CMD_OBJECTS) $(O)/libbon.a
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)
