# bon: `make demo` shows it at work, `make check` tests it; `make help` lists the rest.
# Everything is built under build/ (O=DIR for elsewhere); variants (asan, tsan, fuzz) under build/<variant>/.

VERSION := $(shell sed -n 's/^.define BON_VERSION_[A-Z]* //p' include/bon/base.h | paste -sd.)
ABI     := 0

CC      ?= cc
CFLAGS  ?= -O3 -g
PREFIX  ?= /usr/local
LIBDIR  ?= $(PREFIX)/lib
DESTDIR ?=
O       ?= build
VARIANT_FLAGS ?=
FUZZ_SECONDS  ?= 60

PACKAGES := expat icu-uc json-c libpcre2-8 libzip libzstd zlib
# Debian 12 packages for build and tests; bzip2 has no pkg-config file, xxhash is used as a header only, OpenBLAS is loaded by name when training.
DEBS := build-essential pkg-config libbz2-dev libexpat1-dev libicu-dev libjson-c-dev libpcre2-dev libzip-dev libzstd-dev zlib1g-dev libxxhash-dev libcriterion-dev libopenblas0-pthread bzip2 zstd

PACKAGE_CFLAGS := $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
PACKAGE_LIBS   := $(shell pkg-config --libs $(PACKAGES) 2>/dev/null)

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wwrite-strings
override CFLAGS += -std=c17 -D_GNU_SOURCE -fPIC -fvisibility=hidden -pthread -Iinclude -Isrc $(WARNINGS) \
  -ffile-prefix-map=$(CURDIR)=. $(PACKAGE_CFLAGS) $(VARIANT_FLAGS)
override LDFLAGS += -pthread $(VARIANT_FLAGS)
LIBS    := $(PACKAGE_LIBS) -lbz2 -lm

LIB_SOURCES := $(sort $(wildcard src/*/*.c src/*/*/*.c))
CMD_SOURCES := $(sort $(wildcard cmd/bon/*.c)) $(patsubst %,cmd/ime-common/%.c,edit network table)
LIB_OBJECTS := $(LIB_SOURCES:%.c=$(O)/obj/%.o)
CMD_OBJECTS := $(CMD_SOURCES:%.c=$(O)/obj/%.o)

.DEFAULT_GOAL := all
.PHONY: ime check-ime install-ime check-cluster all help deps demo check examples check-export unit property fuzz-corpus cli abi abi-update fuzz asan tsan bench plots format lint install \
  uninstall model gpu-pack clean tests deb check-deb
.DELETE_ON_ERROR:
.SECONDARY: # test objects are kept

## all: build the command and both libraries (no network, no set-up)
all: $(O)/bon $(O)/libbon.a $(O)/libbon.so $(O)/bon.pc

## help: list the targets
help:
	@sed -n 's/^## \([a-z-]*\): /  \1\t/p' Makefile tests/long/long.mk cmd/ime.mk cmd/slurm/cluster.mk web/web.mk gpu.mk | expand -t 18

# ---- set-up and the two commands ----

## deps: install the Debian 12 packages that are missing
deps:
	@tools/deps.sh $(DEBS)

# Commands that build and then test build with all processors, unless make was told how many.
JOBS = $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(shell nproc))

# What pkg-config knows is read when make starts, so what needs the packages runs in a second make.
## demo: normalize, segment, model and restore a Vietnamese text (CORPUS=FILE)
demo: deps
	@$(MAKE) --no-print-directory $(JOBS) all
	@BON=$(abspath $(O))/bon corpora/demo.sh

## check: build and run every test; ends with `N passed, N failed`
check: deps
	@$(MAKE) --no-print-directory $(JOBS) all tests
	@tests/run-all.sh $(O) cli unit property fuzz-corpus examples abi

## check-export: what bon exports, opened by the programs it is for (npm registry; skipped where they cannot be had)
check-export: $(O)/bon
	@tests/export/run.sh $(O)

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

bon_pc = sed 's|@PREFIX@|$(PREFIX)|; s|@LIBDIR@|$(LIBDIR)|; s|@VERSION@|$(VERSION)|; s|@PACKAGES@|$(PACKAGES)|' bon.pc.in

$(O)/bon.pc: bon.pc.in include/bon/base.h Makefile
	@mkdir -p $(@D)
	$(bon_pc) >$@

# ---- tests: one binary a room (unit), one a file (property, fuzz) ----

UNIT_ROOMS    := $(sort $(notdir $(patsubst %/,%,$(dir $(wildcard tests/unit/*/*.c)))))
UNIT_TESTS    := $(UNIT_ROOMS:%=$(O)/tests/unit-%)
PROPERTY_TESTS := $(patsubst tests/property/%.c,$(O)/tests/property-%,$(sort $(wildcard tests/property/*.c)))
EXAMPLES      := $(patsubst examples/lm/%.c,$(O)/examples/%,$(sort $(wildcard examples/lm/*.c)))
FUZZ_NAMES    := $(patsubst tests/fuzz/fuzz_%.c,%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
FUZZ_REPLAYS  := $(FUZZ_NAMES:%=$(O)/tests/fuzz-%)

# tests/support/failmalloc.c takes the place of these.
WRAPPED   := malloc calloc realloc aligned_alloc posix_memalign strdup strndup realpath free
TEST_LIBS := $(WRAPPED:%=-Wl,--wrap=%) -lcriterion $(LIBS)
SUPPORT   := $(patsubst %.c,$(O)/obj/%.o,$(sort $(wildcard tests/support/*.c)))
TEST_SOURCES := $(wildcard tests/unit/*/*.c tests/property/*.c tests/support/*.c tests/fuzz/*.c)
-include $(TEST_SOURCES:%.c=$(O)/obj/%.d)

$(O)/obj/tests/%.o: override CFLAGS += -Itests -Itests/support

## tests: build all test programs without running them
tests: $(UNIT_TESTS) $(PROPERTY_TESTS) $(FUZZ_REPLAYS) $(EXAMPLES)

define unit_rule
$(O)/tests/unit-$(1): $(patsubst %.c,$(O)/obj/%.o,$(sort $(wildcard tests/unit/$(1)/*.c))) $(SUPPORT) $(O)/libbon.a
	@mkdir -p $$(@D)
	$(CC) $(LDFLAGS) -o $$@ $$^ $(TEST_LIBS)
endef
$(foreach room,$(UNIT_ROOMS),$(eval $(call unit_rule,$(room))))

$(O)/tests/property-%: $(O)/obj/tests/property/%.o $(SUPPORT) $(O)/libbon.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(TEST_LIBS)

$(O)/examples/%: examples/lm/%.c $(O)/libbon.a Makefile
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $< $(O)/libbon.a $(LIBS)

## examples: build the programs of examples/lm; each learns something small and fails when it does not
examples: $(EXAMPLES)

$(O)/tests/fuzz-%: $(O)/obj/tests/fuzz/fuzz_%.o $(O)/obj/tests/fuzz/replay.o $(O)/libbon.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

## unit: the unit tests alone
unit: $(UNIT_TESTS)
	@tests/run-all.sh $(O) unit
## property: the property tests alone
property: $(PROPERTY_TESTS)
	@tests/run-all.sh $(O) property
## fuzz-corpus: every fuzz target over its kept corpus
fuzz-corpus: $(FUZZ_REPLAYS)
	@tests/run-all.sh $(O) fuzz-corpus
## cli: the tests of the command
cli: $(O)/bon
	@tests/run-all.sh $(O) cli
## abi: public symbols and structures against tests/abi/*.txt, headers as C and C++
abi: $(O)/libbon.so
	@tests/run-all.sh $(O) abi
## abi-update: accept the public symbols and structures as they are
abi-update: $(O)/libbon.so
	tests/abi/symbols.sh $< >tests/abi/symbols.txt
	tests/abi/structs.sh >tests/abi/structs.txt

## asan: all tests under AddressSanitizer and UndefinedBehaviorSanitizer
asan: override O := $(O)/asan
asan:
	@$(MAKE) --no-print-directory $(JOBS) O=$(O) CFLAGS="-O1 -g1 -fno-omit-frame-pointer" \
	  VARIANT_FLAGS="-fsanitize=address,undefined -fno-sanitize-recover=all" $(O)/bon tests
	@ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1 UBSAN_OPTIONS=print_stacktrace=1 \
	  tests/run-all.sh $(O) cli unit property fuzz-corpus

# Criterion's own threads stop it under ThreadSanitizer, so the command's tests stand in: every pipeline runs there.
## tsan: the tests of the command under ThreadSanitizer
tsan: override O := $(O)/tsan
tsan:
	@$(MAKE) --no-print-directory $(JOBS) O=$(O) CFLAGS="-O1 -g1" VARIANT_FLAGS="-fsanitize=thread" $(O)/bon
	@TSAN_OPTIONS=halt_on_error=1:exitcode=66 tests/run-all.sh $(O) cli

## fuzz: run every fuzz target FUZZ_SECONDS each (needs clang); new finds go to build/fuzz/corpus/
fuzz: override O := $(O)/fuzz
fuzz:
	@$(MAKE) --no-print-directory O=$(O) CC=clang CFLAGS="-O1 -g" \
	  VARIANT_FLAGS="-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all" $(O)/libbon.a \
	  $(FUZZ_NAMES:%=$(O)/obj/tests/fuzz/fuzz_%.o)
	@for name in $(FUZZ_NAMES); do \
	  mkdir -p $(O)/corpus/$$name && \
	  clang -pthread -fsanitize=fuzzer,address,undefined -o $(O)/$$name $(O)/obj/tests/fuzz/fuzz_$$name.o $(O)/libbon.a $(LIBS) && \
	  echo "== $$name" && $(O)/$$name -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=4096 -verbosity=0 \
	    -print_final_stats=1 -artifact_prefix=$(O)/ $(O)/corpus/$$name tests/fuzz/corpus/$$name || exit 1; \
	done

## bench: print every published figure (set BON_CORPORA; peers by path)
bench: all
	@for script in bench/*.sh; do \
	  case $$script in */lib.sh) ;; *) echo "== $$script"; BON=$(abspath $(O))/bon $$script || exit 1;; esac; done

## plots: draw the pictures of docs/img/ from bench/results/ (needs gnuplot)
plots:
	@mkdir -p docs/img
	gnuplot -e "table='bench/results/growth.tsv'; picture='docs/img/growth.svg'" bench/growth.gp

# ---- tests that take minutes ----

include tests/long/long.mk

# ---- the input method: needs IBus or Fcitx5, so nothing above does ----

IME_DEBS := libinih-dev libibus-1.0-dev libfcitx5core-dev
IME_TEST_DEBS := $(IME_DEBS) ibus ibus-gtk3 fcitx5 fcitx5-frontend-gtk3 fcitx5-frontend-qt5 xvfb xdotool dbus \
  libglib2.0-bin python3-gi gir1.2-gtk-3.0 python3-pyqt5 procps imagemagick
include cmd/ime.mk

# ---- clusters: needs Slurm, so nothing above does ----

include cmd/slurm/cluster.mk

# ---- GPUs: needs nvcc, so nothing above does ----

include gpu.mk

# ---- the page: needs emscripten ----

include web/web.mk

# ---- form ----

C_FILES = $(shell git ls-files -co --exclude-standard '*.c' '*.h' 2>/dev/null)

## format: clang-format over all sources
format:
	clang-format -i $(C_FILES)

## lint: format, include order, banned functions, words that do not belong
lint:
	@tests/lint.sh

# ---- installing ----

DATA_DIR := $(PREFIX)/share/bon
MAN_DIR  := $(PREFIX)/share/man
MAN_PAGES := $(wildcard docs/man/*.[1-8]) cmd/slurm/bon-slurm.1
COMPLETION_DIR := $(PREFIX)/share/bash-completion/completions
to = $(DESTDIR)$(PREFIX)
lib = $(DESTDIR)$(LIBDIR)

## install: into PREFIX (default /usr/local), below DESTDIR
install: all
	install -d $(to)/bin $(lib)/pkgconfig $(to)/include/bon $(DESTDIR)$(DATA_DIR)
	install -m 755 $(O)/bon cmd/slurm/bon-slurm $(to)/bin/
	install -m 644 $(O)/libbon.a $(lib)/
	install -m 755 $(O)/libbon.so.$(ABI) $(lib)/
	ln -sf libbon.so.$(ABI) $(lib)/libbon.so
	$(bon_pc) >$(lib)/pkgconfig/bon.pc
	install -m 644 include/bon/*.h $(to)/include/bon/
	for page in $(MAN_PAGES); do \
	  install -D -m 644 $$page $(DESTDIR)$(MAN_DIR)/man$${page##*.}/$${page##*/} || exit 1; done
	for file in $(wildcard cmd/bon/completion.bash); do \
	  install -D -m 644 $$file $(DESTDIR)$(COMPLETION_DIR)/bon || exit 1; done
	for file in $(wildcard models/*.bonlm models/*.bonseg models/*.bonnn); do install -m 644 $$file $(DESTDIR)$(DATA_DIR)/ || exit 1; done

## uninstall: remove what install put there
uninstall:
	rm -f $(to)/bin/bon $(to)/bin/bon-slurm $(lib)/libbon.a $(lib)/libbon.so $(lib)/libbon.so.$(ABI) $(lib)/pkgconfig/bon.pc
	rm -rf $(to)/include/bon $(DESTDIR)$(DATA_DIR)
	rm -f $(DESTDIR)$(COMPLETION_DIR)/bon
	for page in $(MAN_PAGES); do rm -f $(DESTDIR)$(MAN_DIR)/man$${page##*.}/$${page##*/}; done

## deb: build the Debian packages in build/deb; ibus-bon and fcitx5-bon where `make ime` can be built
deb: all ime
	@packaging/build-deb.sh $(O) $(VERSION) $(filter-out libxxhash-dev libcriterion-dev,$(filter %-dev,$(DEBS)))

## check-deb: build the packages, look through them with lintian, install them in a scratch root and run them there
check-deb: deb
	@packaging/check-deb.sh $(O)/deb

## model: build a model from BON_CORPORA/train (ORDER=4 SIZE=16M, or large, small, full; MODEL=FILE, default build/vi.bonlm)
ORDER ?= 4
SIZE  ?= 16M
MODEL ?= $(O)/vi.bonlm
model: $(O)/bon
	@BON=$(abspath $(O))/bon corpora/build-model.sh -n $(ORDER) -s $(SIZE) -o $(MODEL)

## gpu-pack: a mixed sample of BON_CORPORA/train as token ids, at most 40 MiB, and its tokenizer, in build/gpu-pack
gpu-pack: $(O)/bon
	@BON=$(abspath $(O))/bon corpora/gpu-pack.sh -o $(O)/gpu-pack

## clean: remove everything that was built
clean:
	rm -rf $(O)
