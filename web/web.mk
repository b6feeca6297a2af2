# web/web.mk: the core as WebAssembly, the page, the npm package. Read by the Makefile. Needs emscripten (Debian's) and ICU's headers
# on the machine that builds; what comes out needs neither.

.PHONY: web demo-web check-web check-report

WEB      := $(O)/web
WEB_OBJ  := $(WEB)-obj
EMCC     ?= emcc
WEB_DEBS := emscripten libicu-dev libxxhash-dev pkg-config zstd
# Node may be there from elsewhere.
WEB_TEST_DEBS = $(WEB_DEBS) chromium $(shell command -v node >/dev/null || echo nodejs) $(shell command -v npm >/dev/null || echo npm)
# What restores and types; not what estimates, writes files or evaluates. An archive: the linker takes what is used.
WEB_BASE    := arena artefact_read buf hash resident status
WEB_NGRAM   := $(filter-out %_write.c,$(wildcard src/ngram/*.c))
# Networks are read where they are in a model's file, not trained.
WEB_NEURAL  := $(addprefix src/lm/,encoder.c encoder_parts.c encoder_run.c encoder_rows.c gemm8.c) src/restore/neural_file.c
WEB_TRAINED := export task teacher text
WEB_RESTORE := $(filter-out %/eval.c %_write.c %_file.c $(WEB_TRAINED:%=src/restore/neural_%.c),$(wildcard src/restore/*.c))
WEB_SOURCES := $(WEB_BASE:%=src/base/%.c) $(wildcard src/syllable/*.c) $(WEB_NGRAM) $(WEB_RESTORE) $(WEB_NEURAL) \
  $(filter-out %_file.c,$(wildcard src/ime/*.c)) \
  $(filter-out %/rules_pattern.c,$(wildcard src/normalize/*.c)) web/unicode.c web/no_patterns.c web/no_blas.c
WEB_OBJECTS := $(WEB_SOURCES:%.c=$(WEB_OBJ)/%.o)
WEB_CFLAGS  := -std=c17 -D_GNU_SOURCE -O2 -flto -Iinclude -Isrc -Iweb -I$(WEB_OBJ)/include -ffile-prefix-map=$(CURDIR)=. \
  -Wall -Wextra -Wshadow
WEB_LINK    := -O2 -flto --no-entry -s STANDALONE_WASM=1 -s ALLOW_MEMORY_GROWTH=1 -s MAXIMUM_MEMORY=268435456 \
  -s FILESYSTEM=0 --js-library web/imports.js
WEB_PAGE    := $(wildcard web/page/*)
# The model of the page: the small one where there is one.
WEB_MODEL   := $(firstword $(wildcard models/vi-small.bonlm models/vi.bonlm))

$(WEB_OBJ)/include/unicode_data.h: web/gen_unicode.c
	@mkdir -p $(@D)
	$(CC) -o $(WEB_OBJ)/gen_unicode $< $(shell pkg-config --cflags --libs icu-uc)
	$(WEB_OBJ)/gen_unicode >$@

# A header alone, but the system's folder of headers must not be seen by the cross compiler.
$(WEB_OBJ)/include/xxhash.h:
	@mkdir -p $(@D)
	cp $$($(CC) -E -x c -include xxhash.h /dev/null | sed -n 's/^# [0-9]* "\(.*xxhash\.h\)".*/\1/p' | head -n 1) $@

$(WEB_OBJ)/%.o: %.c web/web.mk $(WEB_OBJ)/include/unicode_data.h $(WEB_OBJ)/include/xxhash.h
	@mkdir -p $(@D)
	$(EMCC) $(WEB_CFLAGS) -MMD -MP -c $< -o $@

-include $(WEB_OBJECTS:.o=.d) $(WEB_OBJ)/web/core.d

$(WEB_OBJ)/bon.a: $(WEB_OBJECTS)
	rm -f $@ && emar rcs $@ $^

$(WEB)/bon.wasm: $(WEB_OBJ)/web/core.o $(WEB_OBJ)/bon.a web/imports.js
	@mkdir -p $(@D)
	$(EMCC) $(WEB_LINK) -o $@ $(filter-out %.js,$^)

## web: the page and the JavaScript module in build/web: static files, to be served by anything
web:
	@if tools/deps.sh $(WEB_DEBS); then $(MAKE) --no-print-directory $(WEB)/version.js $(O)/npm/package.json; \
	  else echo "web: skipped: the packages above cannot be had here"; fi

# The npm package as a folder: `npm pack build/npm`.
$(O)/npm/package.json: $(WEB)/bon.wasm $(wildcard bindings/js/*.*)
	@mkdir -p $(@D)
	cp $(WEB)/bon.wasm bindings/js/*.* $(@D)/
	sed 's/"version": "[^"]*"/"version": "$(VERSION)"/' bindings/js/package.json >$@

# Names the contents, so that a browser that keeps the page for offline use knows a new one.
$(WEB)/version.js: $(WEB)/bon.wasm bindings/js/bon.js $(WEB_PAGE) $(WEB_MODEL)
	cp bindings/js/bon.js $(WEB_PAGE) $(WEB)/
	cp $(WEB_MODEL) $(WEB)/vi.bonlm
	printf "export const version = '%s'\nexport const modelBytes = %s\n" \
	  "$$(cat $(WEB)/bon.wasm $(WEB)/bon.js $(WEB_PAGE) $(WEB)/vi.bonlm | sha256sum | cut -c1-16)" "$$(wc -c <$(WEB)/vi.bonlm)" >$@

## demo-web: the page on this machine; prints its address
demo-web: web
	@echo 'http://127.0.0.1:8080/  (Ctrl+C ends)'
	@cd $(WEB) && python3 -m http.server --bind 127.0.0.1 8080 2>/dev/null

REPORT_TEST_DEBS = chromium $(shell command -v node >/dev/null || echo nodejs) $(shell command -v npm >/dev/null || echo npm)

## check-report: looks at the page of `bon stats` in a headless Chromium (npm registry; skipped where it cannot be had)
check-report:
	@if tools/deps.sh $(REPORT_TEST_DEBS); then $(MAKE) --no-print-directory all && tests/web/report.sh $(O); \
	  else echo "check-report: skipped: the packages above cannot be had here"; fi

## check-web: types into the page in a headless Chromium, offline too; the module in Node (npm registry; skipped where it cannot be had)
check-web:
	@if tools/deps.sh $(WEB_TEST_DEBS); then $(MAKE) --no-print-directory all web && tests/web/run.sh $(O); \
	  else echo "check-web: skipped: the packages above cannot be had here"; fi
