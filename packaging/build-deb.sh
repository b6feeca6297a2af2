#!/usr/bin/env bash
# packaging/build-deb.sh BUILD VERSION DEV-PACKAGE...: the Debian packages in BUILD/deb, with dpkg-deb from what `make install`
# and `make install-ime` put there. The same sources give the same bytes (SOURCE_DATE_EPOCH, or the last commit's time).
# DEBFULLNAME and DEBEMAIL are the maintainer.
#
#   bon         the command, its man pages, completion
#   libbon0     the shared library
#   libbon-dev  headers, static library, pkg-config, libbon(3), examples
#   bon-data    the model
#   ibus-bon, fcitx5-bon    the input method, for what its development packages are installed
set -euo pipefail
export LC_ALL=C
build=$(realpath "$1")
version=$2-1
development=$(printf ', %s' "${@:3}") # what linking with the static library takes
root=$(cd "$(dirname "$0")/.." && pwd)
out=$build/deb
for tool in dpkg-deb dpkg-shlibdeps dpkg-architecture; do
    command -v $tool >/dev/null || { echo "deb: $tool is missing: apt-get install dpkg-dev" >&2; exit 1; }
done
arch=$(dpkg-architecture -qDEB_HOST_ARCH)
triplet=$(dpkg-architecture -qDEB_HOST_MULTIARCH)
maintainer="${DEBFULLNAME:-bon maintainers} <${DEBEMAIL:-bon@localhost.localdomain}>"
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct 2>/dev/null || date +%s)}
export SOURCE_DATE_EPOCH

rm -rf "$out"
mkdir -p "$out/debian"
${MAKE:-make} --no-print-directory -C "$root" install install-ime O="$build" PREFIX=/usr LIBDIR="/usr/lib/$triplet" DESTDIR="$out/all" \
    >"$out/install.log" || { cat "$out/install.log" >&2; exit 1; }

# take PACKAGE PATH...: moves what was installed into a package.
take() {
    local package=$1 path
    shift
    for path in "$@"; do
        mkdir -p "$out/$package/$(dirname "$path")"
        mv "$out/all/$path" "$out/$package/$path"
    done
}
take bon usr/bin/bon usr/bin/bon-slurm usr/share/man/man1 usr/share/bash-completion
take libbon0 "usr/lib/$triplet/libbon.so.0"
take libbon-dev usr/include "usr/lib/$triplet/"{libbon.a,libbon.so,pkgconfig} usr/share/man/man3
take bon-data usr/share/bon
engine=usr/libexec/ibus-engine-bon
addon=$(cd "$out/all" && find usr/lib -name libbon-fcitx5.so)
[ ! -e "$out/all/$engine" ] || take ibus-bon "$engine" usr/share/ibus
[ -z "$addon" ] || take fcitx5-bon "$addon" usr/share/fcitx5
left=$(cd "$out/all" && find . ! -type d)
[ -z "$left" ] || { printf 'deb: no package takes %s\n' "$left" >&2; exit 1; }
rm -r "$out/all"
strip --remove-section=.comment --remove-section=.note "$out/bon/usr/bin/bon"
strip --strip-unneeded --remove-section=.comment --remove-section=.note "$out/libbon0/usr/lib/$triplet/libbon.so.0"
strip --strip-debug --remove-section=.comment --remove-section=.note "$out/libbon-dev/usr/lib/$triplet/libbon.a"
[ ! -d "$out/ibus-bon" ] || strip --remove-section=.comment --remove-section=.note "$out/ibus-bon/$engine"
[ ! -d "$out/fcitx5-bon" ] || strip --strip-unneeded --remove-section=.comment --remove-section=.note "$out/fcitx5-bon/$addon"
chmod 644 "$out/libbon0/usr/lib/$triplet/libbon.so.0"
mkdir -p "$out/libbon-dev/usr/share/doc/libbon-dev"
cp -r "$root/examples" "$out/libbon-dev/usr/share/doc/libbon-dev/examples"
cp "$root/bindings/python/bon.py" "$out/libbon-dev/usr/share/doc/libbon-dev/examples/"
mkdir -p "$out/bon-data/usr/share/doc/bon-data"
cp "$root/models/README.md" "$out/bon-data/usr/share/doc/bon-data/README.md"

# ---- what every package has ----

# What a package's binaries need, by dpkg-shlibdeps, which wants a debian/control to be there.
printf 'Source: bon\nMaintainer: %s\n\nPackage: bon\nArchitecture: any\n' "$maintainer" >"$out/debian/control"
needs() { # FILE
    (cd "$out" && dpkg-shlibdeps -O --ignore-missing-info "$1" 2>/dev/null | sed -n 's/^shlibs:Depends=//p')
}

copyright() {
    cat <<END
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: bon

Files: *
Copyright: $(date -u -d "@$SOURCE_DATE_EPOCH" +%Y), the bon maintainers
License: Apache-2.0
 On Debian systems the full text is in /usr/share/common-licenses/Apache-2.0.
END
}

# finish PACKAGE ARCHITECTURE SECTION DEPENDS SUMMARY: reads the rest of the description.
finish() {
    local package=$1 folder=$out/$1 doc=$out/$1/usr/share/doc/$1
    mkdir -p "$folder/DEBIAN" "$doc"
    copyright >"$doc/copyright"
    printf 'bon (%s) unstable; urgency=medium\n\n  * Version %s; /usr/share/doc has what changed upstream.\n\n -- %s  %s\n' \
        "$version" "$version" "$maintainer" "$(date -u -R -d "@$SOURCE_DATE_EPOCH")" | gzip -9n >"$doc/changelog.Debian.gz"
    gzip -9nc "$root/CHANGELOG.md" >"$doc/changelog.gz"
    find "$folder/usr/share/man" -type f -exec gzip -9n {} + 2>/dev/null || true
    {
        printf 'Package: %s\nSource: bon\nVersion: %s\nArchitecture: %s\nMaintainer: %s\n' "$package" "$version" "$2" "$maintainer"
        printf 'Section: %s\nPriority: optional\n' "$3"
        [ -z "$4" ] || printf 'Depends: %s\n' "$4"
        case $package in
        libbon*) echo 'Multi-Arch: same' ;;
        bon*) echo 'Multi-Arch: foreign' ;;
        esac
        printf 'Installed-Size: %s\nDescription: %s\n' "$(du -sk "$folder/usr" | cut -f 1)" "$5"
        sed 's/^$/./; s/^/ /'
    } >"$folder/DEBIAN/control"
    if [ "$package" = libbon0 ]; then
        printf 'libbon 0 libbon0 (>= %s)\n' "${version%-*}" >"$folder/DEBIAN/shlibs"
        echo 'activate-noawait ldconfig' >"$folder/DEBIAN/triggers"
    fi
    mkdir -p "$folder/usr/share/lintian/overrides"
    sed -E "s/^([a-z])/$package: \\1/" "$root/packaging/lintian-overrides" >"$folder/usr/share/lintian/overrides/$package"
    find "$folder" -type d -exec chmod 755 {} +
    find "$folder/usr" -type f ! -path '*/bin/*' ! -path '*/libexec/*' -exec chmod 644 {} +
    find "$folder" -newermt "@$SOURCE_DATE_EPOCH" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
    (cd "$folder" && find usr -type f | sort | xargs md5sum) >"$folder/DEBIAN/md5sums"
    chmod 644 "$folder"/DEBIAN/*
    dpkg-deb --root-owner-group --build "$folder" "$out/${package}_${version}_$2.deb" >/dev/null
    rm -r "$folder"
}

library_needs=$(needs "libbon0/usr/lib/$triplet/libbon.so.0")
finish bon "$arch" text "$(needs bon/usr/bin/bon), bon-data (>= ${version%-*})" 'Vietnamese text, n-gram language models, and marks restored by them' <<'END'
bon makes raw Vietnamese text clean and canonical, splits it into tokens,
counts n-grams, estimates Kneser-Ney language models, and puts the marks on
text that was typed without them.
END
finish libbon0 "$arch" libs "$library_needs" 'Vietnamese text library' <<'END'
Syllables, normalization, n-gram language models, restoration of marks and
typing (telex, VNI, VIQR) for Vietnamese.

This package has the shared library.
END
finish libbon-dev "$arch" libdevel "libbon0 (= $version)$development" 'Vietnamese text library, for development' <<'END'
Syllables, normalization, n-gram language models, restoration of marks and
typing (telex, VNI, VIQR) for Vietnamese.

This package has the headers, the static library and examples.
END
finish bon-data all text '' 'language model to restore the marks of Vietnamese text' <<'END'
An n-gram model of Vietnamese syllables and words, from which the command bon
and programs with libbon tell which marks belong on text typed without them.
END
ime_text() {
    cat <<END
Telex, VNI, VIQR and keymaps of one's own, as exact as the keys; words that
are not Vietnamese go back to what was typed. With prediction, words typed
without marks get them from the words around, and what was typed with marks
stays as it is.

END
}
if [ -d "$out/ibus-bon" ]; then
    { ime_text; echo 'This package is the engine for IBus.'; } |
        finish ibus-bon "$arch" utils "$(needs "ibus-bon/$engine"), ibus (>= 1.5.27), bon-data (>= ${version%-*})" \
            'Vietnamese typing that needs few marks, for IBus'
fi
if [ -d "$out/fcitx5-bon" ]; then
    { ime_text; echo 'This package is the addon for Fcitx5.'; } |
        finish fcitx5-bon "$arch" utils "$(needs "fcitx5-bon/$addon"), fcitx5 (>= 5.0.21), bon-data (>= ${version%-*})" \
            'Vietnamese typing that needs few marks, for Fcitx5'
fi
rm -r "$out/debian" "$out/install.log"
ls "$out"/*.deb
