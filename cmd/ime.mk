# cmd/ime.mk: the input method for IBus and Fcitx5, built from what pkg-config finds. Read by the Makefile.

IME      := $(O)/ime
IME_EXEC := $(PREFIX)/libexec/ibus-engine-bon
IME_HAS   = $(shell pkg-config --exists inih $(1) 2>/dev/null && echo yes)
FCITX_LIBDIR  = $(shell pkg-config --variable=libdir Fcitx5Core)/fcitx5
IME_COMMON   := $(patsubst %.c,$(IME)/obj/%.o,$(wildcard cmd/ime-common/*.c))
IME_IBUS     := $(IME)/ibus-engine-bon $(IME)/component/bon.xml
IME_FCITX5   := $(IME)/libbon-fcitx5.so $(IME)/share/fcitx5/addon/bon.conf $(IME)/share/fcitx5/inputmethod/bon.conf
IME_BUILDS   := $(if $(call IME_HAS,ibus-1.0),$(IME_IBUS)) $(if $(call IME_HAS,Fcitx5Core),$(IME_FCITX5))
# Headers of the frameworks are not ours to warn about.
ime_cflags = $(patsubst -I%,-isystem %,$(shell pkg-config --cflags inih $(1)))
ime_libs   = $(shell pkg-config --libs inih $(1))
ime_warnings = $(filter-out -Wstrict-prototypes -Wmissing-prototypes,$(WARNINGS))

## ime: the input method for IBus and Fcitx5, as far as their development packages are there (libinih-dev with each)
ime: $(IME_BUILDS)
	$(if $(strip $(IME_BUILDS)),,@echo "ime: skipped: none of the packages to build it is installed: $(IME_DEBS)")

$(IME)/obj/cmd/%.o: cmd/%.c Makefile cmd/ime.mk
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -Icmd $(call ime_cflags,$(if $(findstring ibus,$<),ibus-1.0)) -MMD -MP -c $< -o $@

$(IME)/ibus-engine-bon: $(IME)/obj/cmd/ibus-engine-bon/main.o $(IME_COMMON) $(O)/libbon.a
	$(CC) $(LDFLAGS) -o $@ $^ $(call ime_libs,ibus-1.0) $(LIBS)

# In the build tree the component names the engine there; install-ime writes one for where it goes.
ime_component = sed 's|@EXEC@|$(1)|; s|@VERSION@|$(VERSION)|' cmd/ibus-engine-bon/bon.xml.in
$(IME)/component/bon.xml: cmd/ibus-engine-bon/bon.xml.in Makefile
	@mkdir -p $(@D)
	$(call ime_component,$(abspath $(IME))/ibus-engine-bon) >$@

$(IME)/libbon-fcitx5.so: cmd/fcitx5-bon/bon.cpp $(IME_COMMON) $(O)/libbon.a
	@mkdir -p $(@D)
	$(CXX) -std=c++17 -O2 -g -fPIC -fvisibility=hidden -pthread -Iinclude -Icmd $(ime_warnings) $(VARIANT_FLAGS) \
	  -MMD -MP -MF $(IME)/obj/fcitx5.d -MT $@ $(call ime_cflags,Fcitx5Core) -shared -Wl,--exclude-libs,ALL \
	  -o $@ $(filter %.cpp %.o %.a,$^) $(call ime_libs,Fcitx5Core) $(LIBS)

$(IME)/share/fcitx5/addon/bon.conf: cmd/fcitx5-bon/addon.conf.in Makefile
	@mkdir -p $(@D)
	sed 's|@VERSION@|$(VERSION)|' $< >$@

$(IME)/share/fcitx5/inputmethod/bon.conf: cmd/fcitx5-bon/inputmethod.conf
	@mkdir -p $(@D)
	cp $< $@

-include $(wildcard $(IME)/obj/*.d $(IME)/obj/cmd/*/*.d)

# Tests of what both frameworks share, without a desktop.
$(O)/tests/desktop-ime: $(patsubst %.c,$(O)/obj/%.o,$(wildcard tests/desktop/*.c)) $(O)/obj/tests/support/files.o $(IME_COMMON) $(O)/libbon.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ -lcriterion $(call ime_libs) $(LIBS)
$(O)/obj/tests/desktop/%.o: override CFLAGS += -Icmd

# What pkg-config knows is read when make starts, so what needs the packages runs in a second make.
## check-ime: types into GTK, Qt and Chromium fields through both, on a private X server and bus (RUNS=20)
check-ime: deps
	@if tools/deps.sh $(IME_TEST_DEBS); then tools/deps.sh chromium || echo 'check-ime: without Chromium'; $(MAKE) --no-print-directory ime $(O)/tests/desktop-ime && tests/run-all.sh $(O) desktop && tests/e2e/all.sh $(O); \
	  else echo "check-ime: skipped: the packages above cannot be had here"; fi

## install-ime: into PREFIX, the component and the addon where IBus and Fcitx5 look for them (as root)
install-ime: ime
	$(if $(call IME_HAS,ibus-1.0),install -D -m 755 $(IME)/ibus-engine-bon $(DESTDIR)$(IME_EXEC))
	$(if $(call IME_HAS,ibus-1.0),install -d $(DESTDIR)/usr/share/ibus/component)
	$(if $(call IME_HAS,ibus-1.0),$(call ime_component,$(IME_EXEC)) >$(DESTDIR)/usr/share/ibus/component/bon.xml)
	$(if $(call IME_HAS,Fcitx5Core),install -D -m 755 $(IME)/libbon-fcitx5.so $(DESTDIR)$(FCITX_LIBDIR)/libbon-fcitx5.so)
	$(if $(call IME_HAS,Fcitx5Core),install -D -m 644 $(IME)/share/fcitx5/addon/bon.conf $(DESTDIR)/usr/share/fcitx5/addon/bon.conf)
	$(if $(call IME_HAS,Fcitx5Core),install -D -m 644 $(IME)/share/fcitx5/inputmethod/bon.conf $(DESTDIR)/usr/share/fcitx5/inputmethod/bon.conf)
