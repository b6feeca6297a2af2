#!/usr/bin/env bash
# tests/e2e/run.sh BUILD FRAMEWORK TOOLKIT [SCREENSHOT.png]: types into a real text field through bon, from the build tree.
# FRAMEWORK is ibus or fcitx5, TOOLKIT gtk, qt or chromium. A private X server, session bus and home: nothing of the user's is touched,
# and several runs can go side by side. Ends with `N passed, N failed`; 77 when a program is missing. With BON_E2E_PICTURES=DIR
# the pictures of docs/bo-go.md are taken instead (GDK_DPI_SCALE makes them larger).
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
framework=$2 toolkit=$3 screenshot=${4:-}
python=${PYTHON:-/usr/bin/python3} # the distribution's own has the toolkits

if [ -z "${BON_E2E_WORK:-}" ]; then
    for program in Xvfb xdotool dbus-run-session gdbus "$python"; do
        command -v "$program" >/dev/null || { echo "skipped: $program is not installed" && exit 77; }
    done
    work=$(mktemp -d)
    mkdir -m 700 "$work/home" "$work/run" "$work/field"
    Xvfb -displayfd 3 -screen 0 800x300x24 -wr -nolisten tcp 3>"$work/display" >"$work/xvfb.log" 2>&1 &
    server=$!
    trap 'kill $server; wait $server 2>/dev/null; rm -rf "$work" || { sleep 1; rm -rf "$work"; }' EXIT
    for _ in $(seq 200); do [ -s "$work/display" ] && break || sleep 0.05; done
    env -u WAYLAND_DISPLAY DISPLAY=":$(cat "$work/display")" HOME="$work/home" XDG_RUNTIME_DIR="$work/run" \
        XDG_CONFIG_HOME="$work/home/.config" XDG_CACHE_HOME="$work/home/.cache" XDG_DATA_HOME="$work/home/.local/share" \
        LC_ALL=C.UTF-8 NO_AT_BRIDGE=1 GDK_BACKEND=x11 GSETTINGS_BACKEND=memory BON_E2E_WORK="$work" \
        dbus-run-session -- "$0" "$@" 2> >(grep -v 'Failed to set fd limit' >&2)
    exit
fi

work=$BON_E2E_WORK
field=$work/field
started=()
trap 'kill "${started[@]}" 2>/dev/null; wait 2>/dev/null' EXIT
give_up() {
    echo "$framework/$toolkit: $1"
    cat "$work"/*.log
    exit 1
}
until_true() { # COMMAND...: at most 15 s
    for _ in $(seq 300); do "$@" >/dev/null 2>&1 && return 0 || sleep 0.05; done
    return 1
}
has() { [ "$(cat "$field/$1" 2>/dev/null)" = "$2" ]; }

# ---- the frameworks ----

start_ibus() {
    export GTK_IM_MODULE=ibus QT_IM_MODULE=ibus XMODIFIERS=@im=ibus
    export IBUS_COMPONENT_PATH="$build/ime/component:/usr/share/ibus/component"
    # --verbose: what the engine writes to its stderr comes out
    ibus-daemon --verbose --xim --panel=disable --emoji-extension=disable --cache=refresh >"$work/daemon.log" 2>&1 &
    started+=($!)
    until_true eval 'ibus address | grep -q unix:'
}
choose_ibus() { ibus engine bon; [ "$(ibus engine)" = bon ]; } # its exit status tells nothing
process_ibus() { engine_process_ibus; }
process_fcitx5() { echo "$daemon"; }
engine_process_ibus() { pgrep -f "^$build/ime/ibus-engine-bon --ibus" | head -n 1; }

start_fcitx5() {
    export GTK_IM_MODULE=fcitx QT_IM_MODULE=fcitx XMODIFIERS=@im=fcitx
    # The list of addon folders replaces the built-in one, which must stay.
    FCITX_ADDON_DIRS="$build/ime:$(pkg-config --variable=libdir Fcitx5Core)/fcitx5"
    export FCITX_ADDON_DIRS XDG_DATA_DIRS="$build/ime/share:/usr/local/share:/usr/share"
    mkdir -p "$XDG_CONFIG_HOME/fcitx5"
    printf '%s\n' '[Groups/0]' Name=Default 'Default Layout=us' DefaultIM=bon '[Groups/0/Items/0]' Name=keyboard-us Layout= \
        '[Groups/0/Items/1]' Name=bon Layout= '[GroupOrder]' 0=Default >"$XDG_CONFIG_HOME/fcitx5/profile"
    printf '%s\n' '[Behavior]' ActiveByDefault=True ShareInputState=All >"$XDG_CONFIG_HOME/fcitx5/config"
    run_fcitx5
}
run_fcitx5() {
    fcitx5 --disable=wayland,waylandim,notifications,clipboard,unicode,quickphrase >>"$work/daemon.log" 2>&1 &
    daemon=$!
    started+=("$daemon")
    # Not fcitx5-remote: asking for the name has the bus start a second one.
    gdbus wait --session --timeout 15 org.fcitx.Fcitx5
}
choose_fcitx5() { fcitx5-remote -o && fcitx5-remote -s bon && [ "$(fcitx5-remote -n)" = bon ]; }

# ---- cases ----

symbols() { # KEYS: an X key symbol per line; {Name} is one
    "$python" -c '
import re, sys
names = {" ": "space", ".": "period", ",": "comma", "-": "minus", "!": "exclam", "?": "question", "[": "bracketleft"}
for key in re.finditer(r"\{([A-Za-z_0-9+]+)\}|(.)", sys.argv[1]):
    print(key.group(1) or names.get(key.group(2), key.group(2)))' "$1"
}
type_keys() { # KEYS GAP_MS
    local keys
    mapfile -t keys < <(symbols "$1")
    xdotool key --delay "$2" "${keys[@]}"
}
focus() { # upper, secret and the like: by the Tab key, as a typist would; a browser has stops of its own on the way
    local tries
    for tries in 1 2 3 4; do
        has focus "$1" && return
        xdotool key Tab
        until_true_short has focus "$1"
    done
}
clear_field() {
    xdotool key --delay 5 Right ctrl+a BackSpace
    until_true has text ''
}

passed=0 failed=0
expect() { # NAME FILE EXPECTED
    if until_true_short has "$2" "$3"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf '%s/%s: %s: %s is "%s", not "%s"\n' "$framework" "$toolkit" "$1" "$2" "$(cat "$field/$2")" "$3"
    fi
}
until_true_short() {
    for _ in $(seq 60); do "$@" && sleep 0.05 && "$@" && return 0 || sleep 0.05; done
    return 1
}
check() { # NAME KEYS EXPECTED [GAP_MS]
    clear_field
    type_keys "$2{Right}" "${4:-5}"
    expect "$1" text "$3"
}

cases() {
    check telex 'Toi dang hocj tieengs Vieetj.' 'Toi dang học tiếng Việt.'
    check 'marks at the end' 'nguoiwf ddi dduowngf' 'người đi đường'
    check 'Backspace in a word' 'tieengs{BackSpace}{BackSpace}m' 'tiếm'
    check 'undo' 'tesst' 'test'
    check 'English' 'windows office password ' 'windows office password '
    # As fast as people type: the word is taken back only where the field has told, since the commit, what it holds.
    check 'Backspace over the blank reopens the word' 'tieengs nam {BackSpace}f nuwowcs ' 'tiếng nàm nước ' 100
    check 'Escape gives the keys' 'tieengs{Escape} ' 'tieengs '
    check 'capitals' 'VIEETJ Nam' 'VIỆT Nam'
    clear_field
    type_keys 'tieengs' 5
    expect 'preedit' preedit 'tiếng'
    expect 'nothing committed before the break' text ''
    focus secret
    expect 'focus-out commits' text 'tiếng'
    type_keys 'tieengs' 5
    expect 'a password passes through' secret 'tieengs'
    expect 'a password is not shown' preedit ''
    focus upper
    type_keys '{End} dduwowcj ' 5
    expect 'and Vietnamese again' text 'tiếng được '
}

# In a browser the word is never taken back (it deletes nothing it is asked to), so Backspace there is the page's.
cases_chromium() {
    local part
    for part in upper area editable; do
        focus $part
        check "telex in $part" 'Toi dang hocj tieengs Vieetj.' 'Toi dang học tiếng Việt.'
        check "Backspace in a word in $part" 'tieengs{BackSpace}{BackSpace}m ' 'tiếm '
        check "English in $part" 'windows office password ' 'windows office password '
        # These Backspaces are the page's own; on a busy machine it may not have them all when they come 5 ms apart.
        check "Backspace over the blank in $part" 'tieengs {BackSpace}{BackSpace} ' 'tiến ' 60
    done
    focus secret
    type_keys 'tieengs' 5
    expect 'a password passes through' secret 'tieengs'
    focus upper
}

no_gap() { # 20 times, no time between keys, not one wrong letter
    local keys='quyeenr sachs nayf raats hay, toi dda ddocj xong ngayf hoom qua. nghieeng ' run
    local text='quyển sách này rất hay, toi đa đọc xong ngày hôm qua. nghiêng '
    for run in $(seq "${RUNS:-20}"); do check "0 ms between keys, run $run" "$keys" "$text" 0; done
}

# The engine dies in the middle of a word and comes back: what was committed stays, and typing goes on.
restart_ibus() {
    local first
    clear_field
    type_keys 'tieengs Vie' 5
    expect 'before the engine dies' preedit 'Vie'
    first=$(engine_process_ibus)
    kill -KILL "$first"
    expect 'what was shown stays' text 'tiếng Vie'
    until_true choose_ibus || give_up 'the engine did not come back'
    sleep 0.3
    check 'typing goes on behind a restart' 'tieengs Vieetj' 'tiếng Việt'
}
restart_fcitx5() { # the addon lives in fcitx5 itself
    clear_field
    type_keys 'tieengs Vie' 5
    expect 'before Fcitx5 dies' preedit 'Vie'
    again_fcitx5
    expect 'what was committed stays' text 'tiếng '
    check 'typing goes on behind a restart' 'tieengs Vieetj' 'tiếng Việt'
}

# The file is read again when it changes; a bad value is told once and its default kept.
settings() {
    mkdir -p "$XDG_CONFIG_HOME/bon"
    printf '%s\n' '[typing]' 'method = vni' 'tone-style = middle' '[macros]' 'vn = Việt Nam' >"$XDG_CONFIG_HOME/bon/ime.conf"
    check 'VNI by the settings, and a macro' 'tie61ng hoa2 vn ' 'tiếng hòa Việt Nam '
    expect_told 'tone-style = middle: not one of old, new'
    printf '%s\n' '[applications]' 'field_ = off' 'python = off' 'QIBus = off' >"$XDG_CONFIG_HOME/bon/ime.conf"
    check 'off in an application' 'tieengs ' 'tieengs '
    rm "$XDG_CONFIG_HOME/bon/ime.conf"
    check 'telex again' 'tieengs ' 'tiếng '
    printf '%s\n' '[typing]' 'prediction = full' "model = $work/none.bonlm" >"$XDG_CONFIG_HOME/bon/ime.conf"
    check 'a model that is missing' 'tieengs Vieetj ' 'tiếng Việt '
    expect_told 'prediction = full: '
    printf '%s\n' '[typing]' 'prediction = full' "model = $here/../../models/vi.bonlm" >"$XDG_CONFIG_HOME/bon/ime.conf"
    check 'a candidate by its digit' 'toi dang hoc {Tab}2' 'tôi đang hoc '
    check 'prediction' 'toi dang hoc tieng viet. ' 'tôi đang học tiếng việt. '
    clear_field
    type_keys 'toi dang hoc' 5
    expect 'the window of prediction' preedit 'tôi đang hoc'
    xdotool mousemove --window "$window" 250 62 click 1 # Tab would open the candidates
    until_true has focus secret
    expect 'a click elsewhere keeps what is shown' text 'tôi đang hoc'
    focus upper
}
# What goes wrong with the files of prediction is told once, and typing goes on.
predict_with() { # MODEL
    printf '%s\n' '[typing]' 'prediction = full' "model = $1" >"$XDG_CONFIG_HOME/bon/ime.conf"
}
again_ibus() { # a new process, which reads its files anew
    kill -KILL "$(engine_process_ibus)"
    until_true choose_ibus || give_up 'the engine did not come back'
    sleep 0.3
}
again_fcitx5() {
    kill -KILL "$daemon"
    wait "$daemon" 2>/dev/null
    run_fcitx5 && until_true choose_fcitx5 || give_up 'Fcitx5 did not come back'
    sleep 0.5
}
failures() {
    local learned=$XDG_DATA_HOME/bon/learned model=$here/../../models/vi.bonlm
    mkdir -p "$XDG_CONFIG_HOME/bon"
    head -c 100000 "$model" >"$work/cut.bonlm"
    predict_with "$work/cut.bonlm"
    "again_$framework"
    check 'a model cut off' 'tieengs Vieetj ' 'tiếng Việt '
    expect_told "$work/cut.bonlm"
    # Beside the model: a network that is whole is used, one that is cut off is told and left out.
    mkdir -p "$work/models"
    cp "$model" "$work/models/vi.bonlm"
    cp "$here/../../models/vi-tiny.bonnn" "$work/models/vi-small.bonnn"
    predict_with "$work/models/vi.bonlm"
    "again_$framework"
    check 'a network beside the model' 'toi dang hoc tieng viet. ' 'tôi đang học tiếng việt. '
    expect_true 'it is in use' grep -q "$work/models/vi-small.bonnn" "/proc/$("process_$framework")/maps"
    head -c 100000 "$here/../../models/vi-tiny.bonnn" >"$work/cut.bonnn"
    mv "$work/cut.bonnn" "$work/models/vi-small.bonnn" # not into the file that is in use
    "again_$framework"
    check 'a network cut off' 'toi dang hoc tieng viet. ' 'tôi đang học tiếng việt. '
    expect_told "$work/models/vi-small.bonnn: truncated"
    rm "$work/models/vi-small.bonnn"
    : >"$work/daemon.log"
    "again_$framework"
    check 'no network' 'toi dang hoc tieng viet. ' 'tôi đang học tiếng việt. '
    expect_true 'nothing is said of it' eval "! grep -q bonnn '$work/daemon.log'"
    predict_with "$model"
    "again_$framework"
    check 'words to learn' 'toi dang hoc tieng viet. ' 'tôi đang học tiếng việt. '
    focus secret
    type_keys 'bimat ' 5
    focus upper
    until_true [ -s "$learned" ]
    expect_true 'learned, for the user alone' [ "$(stat -c %a "$learned")" = 600 ]
    expect_true 'nothing of a password' eval "! grep -q bimat '$learned'"
    printf 'not what was learned\n' >"$learned"
    "again_$framework"
    check 'a damaged file of what was learned' 'toi dang hoc tieng viet. ' 'tôi đang học tiếng việt. '
    expect_true 'it is put aside' [ -e "$learned.bad" ]
    expect_told "$learned.bad"
    rm -rf "$XDG_DATA_HOME/bon"
    : >"$XDG_DATA_HOME/bon" # a folder that cannot be made, as on a home that is read-only
    : >"$work/daemon.log"
    "again_$framework"
    check 'a home that cannot be written' 'toi dang hoc tieng viet. ' 'tôi đang học tiếng việt. '
    focus secret
    focus upper
    check 'and on' 'toi dang hoc ' 'tôi đang học '
    focus secret
    focus upper
    expect_told "$learned: "
    rm "$XDG_DATA_HOME/bon"
    mkdir "$XDG_DATA_HOME/bon"
    if mount -t tmpfs -o size=4k tmpfs "$XDG_DATA_HOME/bon" 2>/dev/null; then
        head -c 4096 /dev/zero >"$XDG_DATA_HOME/bon/full"
        "again_$framework"
        check 'a disk that is full' 'toi dang hoc tieng viet. ' 'tôi đang học tiếng việt. '
        focus secret
        focus upper
        check 'and on' 'toi dang hoc ' 'tôi đang học '
        umount "$XDG_DATA_HOME/bon"
    else
        echo "$framework/$toolkit: a full disk: skipped: mounting takes root"
    fi
}
expect_true() { # NAME COMMAND...
    local name=$1
    shift
    if until_true_short "$@"; then passed=$((passed + 1)); else
        failed=$((failed + 1))
        echo "$framework/$toolkit: $name: not so"
    fi
}

# A choice made outside the text field: in IBus's menu, in Fcitx5's configuration tool.
choose_setting_ibus() { # NAME VALUE: as a panel does, the only one whom the daemon lets
    "$python" - "$1.$2" <<'END'
import sys
import gi
gi.require_version("IBus", "1.0")
from gi.repository import GLib, IBus
bus = IBus.Bus()
panel = IBus.PanelService.new(bus.get_connection())
bus.request_name("org.freedesktop.IBus.Panel", IBus.BusNameFlag.REPLACE_EXISTING)
loop = GLib.MainLoop()
GLib.timeout_add(300, lambda: panel.property_activate(sys.argv[1], IBus.PropState.CHECKED))
GLib.timeout_add(600, loop.quit)
loop.run()
END
}
choose_setting_fcitx5() {
    gdbus call --session --dest org.fcitx.Fcitx5 --object-path /controller --method org.fcitx.Fcitx.Controller1.SetConfig \
        fcitx://config/addon/bon "<{'$1': <'$2'>}>" >/dev/null
}
menu() {
    rm -f "$XDG_CONFIG_HOME/bon/ime.conf"
    check 'telex before the choice' 'tieengs ' 'tiếng '
    "choose_setting_$framework" method vni
    until_true grep -qx 'method = vni' "$XDG_CONFIG_HOME/bon/ime.conf"
    check 'VNI by the menu' 'tie61ng ' 'tiếng '
    "choose_setting_$framework" method telex
    until_true grep -qx 'method = telex' "$XDG_CONFIG_HOME/bon/ime.conf"
    check 'and telex again' 'tieengs ' 'tiếng '
}
expect_told() { # TEXT: exactly one line of the daemon's log has it
    if [ "$(grep -cF "$1" "$work/daemon.log")" = 1 ]; then passed=$((passed + 1)); else
        failed=$((failed + 1))
        echo "$framework/$toolkit: the log says $(grep -cF "$1" "$work/daemon.log") times: $1"
    fi
}

# ---- a run ----

"start_$framework" >/dev/null 2>&1 || give_up 'the framework did not start'
[ "$toolkit" != chromium ] || command -v chromium >/dev/null || { echo "$framework/$toolkit: skipped: chromium is not installed" && exit 77; }
"$python" "$here/field_$toolkit.py" "$field" >"$work/field.log" 2>&1 &
started+=($!)
until_true [ -e "$field/preedit" ] || give_up 'the field did not open'
focus_window() { # looked for anew each time: a browser opens others on its way
    window=$(xdotool search --onlyvisible --name '^bon-e2e$' | head -n 1)
    [ -n "$window" ] && xdotool windowfocus "$window" && sleep 0.1 && has focus upper && return
    # A browser may take the focus before its page is there.
    [ -n "$window" ] && [ "$toolkit" = chromium ] && xdotool mousemove --window "$window" 100 20 click 1 && sleep 0.3 && has focus upper
}
until_true focus_window || give_up 'the field never got the focus' # there is no window manager to give it
until_true "choose_$framework" || give_up 'the input method did not become active'
sleep 0.3
# Pictures for docs/bo-go.md, instead of the cases.
picture() { # NAME
    sleep 0.6
    import -window root -crop 570x76+0+0 +repage -strip -colors 64 "$BON_E2E_PICTURES/$1.png" || give_up 'no picture (package imagemagick)'
}
pictures() {
    mkdir -p "$XDG_CONFIG_HOME/bon"
    predict_with "$here/../../models/vi.bonlm"
    type_keys 'hom nay toi di hoc' 5
    picture bo-go-1
    type_keys ' tieng Viet ' 5
    picture bo-go-2
    clear_field
    type_keys 'ba ngoai toi di cho ' 5
    type_keys '{Tab}' 5
    picture bo-go-3
}
if [ -n "${BON_E2E_PICTURES:-}" ]; then
    pictures
    passed=3
elif [ "$toolkit" = chromium ]; then
    cases_chromium
    RUNS=$(((${RUNS:-20} + 3) / 4)) no_gap
else
    cases
    no_gap
    "restart_$framework"
    settings
    menu
    [ "$toolkit" = qt ] || failures # these are the engine's, whatever the field
fi
if [ -n "$screenshot" ]; then
    clear_field
    mkdir -p "$XDG_CONFIG_HOME/bon"
    printf '%s\n' '[typing]' 'prediction = full' "model = $here/../../models/vi.bonlm" >"$XDG_CONFIG_HOME/bon/ime.conf"
    type_keys 'toi dang hoc {Tab}' 5
    sleep 0.5
    import -window root "$screenshot" || give_up 'no screenshot (package imagemagick)'
fi
echo "$framework/$toolkit: $passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
