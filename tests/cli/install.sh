#!/usr/bin/env bash
# What `make install` puts there is all that a program needs: the examples, built in C and in C++ through pkg-config, and the
# Python module, run against it.
# shellcheck source=tests/cli/support/assert.sh
. "$TESTS/cli/support/assert.sh"
under_sanitizer && skip 'a program built without the sanitizer cannot use a library built with it'
source=$(cd "$TESTS/.." && pwd)
root=$PWD/root
run "${MAKE:-make}" --no-print-directory -C "$source" install O="$(dirname "$BON")" PREFIX="$root" LIBDIR="$root/lib" DESTDIR=
expect_status 0
[ "$status" = 0 ] || exit 1

export PKG_CONFIG_PATH=$root/lib/pkgconfig LD_LIBRARY_PATH=$root/lib
[ "$(pkg-config --modversion bon)" = "$("$root/bin/bon" --version | cut -d ' ' -f 2)" ] || unmet 'the version of bon.pc'
languages=(c)
command -v "${CXX:-c++}" >/dev/null && languages+=(c++)
for name in restore editor server; do
    for language in "${languages[@]}"; do
        read -ra compiler <<<"${CC:-cc} -std=c99" # maybe of several words, like `ccache gcc`
        [ "$language" = c ] || read -ra compiler <<<"${CXX:-c++} -std=c++11 -x c++"
        # shellcheck disable=SC2046 # words
        run "${compiler[@]}" -Wall -Wextra -Werror -O1 -pthread $(pkg-config --cflags bon) -o "$name.$language" \
            "$source/examples/$name.c" -x none $(pkg-config --libs bon)
        expect_status 0
    done
done
[ "$unmet" = 0 ] || exit 1

bon normalize "$DATA/sentences.txt" | bon segment --fold | bon lm build -q --discount-fallback --candidates 1 -o m.bonlm
for language in "${languages[@]}"; do
    run "./restore.$language" m.bonlm 'toi dang hoc tieng Viet'
    expect_status 0
    expect_err ''
    expect_out 'tôi đang học tiếng Việt'
    run "./restore.$language" none.bonlm 'toi'
    expect_refusal 1 'none.bonlm'

    # The editor: a letter taken back, a line without its end.
    run_shell "printf 'toi dang hocx\177\nTOI DI BO' | ./editor.$language m.bonlm"
    expect_status 0
    expect_err ''
    expect_out 'tôi đang học
TÔI ĐI BỘ'
done

# Static linking needs what pkg-config says, no more.
# shellcheck disable=SC2046,SC2086
run ${CC:-cc} -o static "$source/examples/restore.c" $(pkg-config --cflags bon) "$root/lib/libbon.a" \
    $(pkg-config --static --libs bon | sed 's/-lbon//')
expect_status 0
run ./static m.bonlm 'toi dang hoc'
expect_out 'tôi đang học'

command -v python3 >/dev/null || exit 0
export BON_LIBRARY=$root/lib/libbon.so.0 PYTHONPATH=$source/bindings/python PYTHONDONTWRITEBYTECODE=1
export STRUCTS=$TESTS/abi/structs.txt
run python3 "$source/bindings/python/test_bon.py"
[ "$status" = 0 ] || unmet "$(cat err)"

# The server: two connections at a time, then an orderly end.
for language in "${languages[@]}"; do
    "./server.$language" m.bonlm "s.$language" &
    server=$!
    run python3 - "s.$language" <<'PY'
import socket, sys, time
def connect():
    for _ in range(1200):
        try:
            s = socket.socket(socket.AF_UNIX)
            s.connect(sys.argv[1])
            return s.makefile("rw", encoding="utf-8")
        except OSError:
            time.sleep(0.05)
    sys.exit("no server")
one, two = connect(), connect()
for stream, line in (two, "me toi nau com"), (one, "toi dang hoc"), (two, "toi di bo"):
    stream.write(line + "\n")
    stream.flush()
    print(stream.readline(), end="")
PY
    expect_status 0
    expect_err ''
    expect_out 'mẹ tôi nấu cơm
tôi đang học
tôi đi bộ'
    kill "$server"
    wait "$server" || unmet "server.$language ended with $?"
    expect_no_file "s.$language"
done

run "${MAKE:-make}" --no-print-directory -C "$source" uninstall PREFIX="$root" LIBDIR="$root/lib" DESTDIR=
expect_status 0
[ -z "$(find root -type f -o -type l)" ] || unmet "left behind: $(find root -type f -o -type l)"
