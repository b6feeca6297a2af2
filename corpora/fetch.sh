#!/usr/bin/env bash
# fetch.sh: public corpora of Vietnamese, by name: downloads them, checks them, and brings them into the formats that bon reads.
#   corpora/fetch.sh list                                        the corpora of the manifest, with their licences
#   corpora/fetch.sh [-m MANIFEST] [-d FOLDER] [-n FILES] [-k] NAME...
#
# FOLDER (default: corpora.d) gets raw/NAME/…, as downloaded, and of dumps, archives and treebanks NAME.jsonl.zst (documents), of lines
# NAME.txt.zst; both appear whole or not at all, and what is there already is not made again. A download that was cut goes on where it
# was, if the file there is still the same. sources.tsv remembers address, licence, bytes and SHA-256 of every file; where the manifest
# has a SHA-256, another one is an error. -n: of a list of archives (Common Crawl) take the first FILES (default 1). -k: keep what was
# downloaded (else it goes once it is imported). -m: another manifest, with the columns of manifest.tsv, - for what is not known.
# The text is as found: bon normalize, bon dedup and bon filter come next (bon-filter(1)).
set -euo pipefail
export LC_ALL=C

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
bon=${BON:-$root/build/bon}
manifest=$root/corpora/manifest.tsv folder=corpora.d files=1 keep=

die() {
    printf 'fetch: %s\n' "$*" >&2
    exit 1
}
say() { printf 'fetch: %s\n' "$*" >&2; }

while getopts m:d:n:k option; do
    case $option in
    m) manifest=$OPTARG ;;
    d) folder=$OPTARG ;;
    n) files=$OPTARG ;;
    k) keep=yes ;;
    *) exit 2 ;;
    esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || die "which corpora? 'corpora/fetch.sh list' names them"
case $files in '' | *[!0-9]* | 0) die "-n $files: how many files?" ;; esac
[ -f "$manifest" ] || die "$manifest: no such manifest"

if [ "$1" = list ]; then
    cut -f 1,4,5,7 "$manifest" | if command -v column >/dev/null; then column -t -s $'\t'; else cat; fi
    exit
fi

# Sets url, format, licence, digest of a corpus.
look_up() { # name
    local row
    row=$(awk -F'\t' -v name="$1" 'NR > 1 && $1 == name' "$manifest")
    [ -n "$row" ] || die "no corpus '$1' in $manifest; 'corpora/fetch.sh list' names them"
    IFS=$'\t' read -r _ url format licence _ digest _ <<<"$row"
    case $url in http://* | https://*) ;; *) die "$1: '$url' is no address" ;; esac
}

# ---- downloads ----

# What tells a version of a file from another: its strong ETag, else its time. From the headers of an answer.
version_of() { # headers
    tr -d '\r' <"$1" | awk 'tolower($1) == "etag:" && $2 !~ /^W\// {tag = $2}
        tolower($1) == "last-modified:" {time = substr($0, 16)} END {print tag ? tag : time}'
}

# One try: goes on where FILE.part ends, provided it is of the same version. Status of curl.
transfer() { # url, file
    local version='' status=0
    [ ! -s "$2.version" ] || version=$(cat "$2.version")
    [ -n "$version" ] || rm -f "$2.part"
    if [ -s "$2.part" ]; then
        curl -fsSL --retry 2 -C - -H "If-Range: $version" -o "$2.part" "$1" 2>"$2.message" || status=$?
        return $status
    fi
    curl -fsSL -D "$2.headers" -o "$2.part" "$1" 2>"$2.message" || status=$?
    [ ! -f "$2.headers" ] || version_of "$2.headers" >"$2.version"
    return $status
}

# Downloads an address to a file. A server that cannot go on, or has a new version, is asked for all of it.
download() { # url, file
    local try status resumed
    mkdir -p "$(dirname "$2")"
    for try in 1 2 3; do
        status=0 resumed=
        [ ! -s "$2.part" ] || resumed=yes
        transfer "$1" "$2" || status=$?
        if [ "$status" = 0 ]; then
            mv "$2.part" "$2"
            rm -f "$2.version" "$2.headers" "$2.message"
            return
        fi
        case $status,$resumed in
        22,) break ;;                         # the server says no
        22,* | 33,*) rm -f "$2.version" ;;    # no ranges, or nothing left: from the beginning
        *) [ "$try" = 3 ] || sleep "${FETCH_WAIT:-5}" ;;
        esac
    done
    die "$1: $(tail -n 1 "$2.message")"
}

digest_of() { sha256sum "$1" | cut -d' ' -f1; }

# Downloads unless it is there, checks, and writes the row of sources.tsv.
obtain() { # name, url, file, digest or -
    local found
    if [ ! -f "$3" ]; then
        say "$1: $2"
        download "$2" "$3"
    fi
    found=$(digest_of "$3")
    if [ "$4" != - ] && [ "$found" != "$4" ]; then
        mv "$3" "$3.wrong"
        die "$2: SHA-256 is $found instead of $4; the file is in $3.wrong"
    fi
    printf '%s\t%s\t%s\t%s\t%s\n' "$1" "$2" "$licence" "$(stat -c %s "$3")" "$found" >>"$folder/sources.tsv"
    sort -u -o "$folder/sources.tsv" "$folder/sources.tsv"
}

# ---- into bon's formats ----

unpack() { # file: to standard output, by its name
    case $1 in
    *.gz) gzip -dc "$1" ;;
    *.bz2) bzip2 -dc "$1" ;;
    *.xz) xz -dc "$1" ;;
    *.zst) zstd -dc --long=27 "$1" ;;
    *) cat "$1" ;;
    esac
}

ending_of() { # format
    case $1 in
    wiki | conllu | jsonl | warc) echo jsonl ;;
    text | tatoeba | leipzig) echo txt ;;
    *) die "a format '$1'? one of wiki, conllu, jsonl, warc, text, tatoeba, leipzig, wet, page" ;;
    esac
}

convert() { # format, raw file, output
    case $1 in
    wiki | conllu | jsonl) "$bon" import "$1" -q -o "$3" "$2" ;;
    warc) "$bon" import warc -q --lang vie -o "$3" "$2" ;; # what names no language stays
    text) unpack "$2" | "$bon" normalize -q -o "$3" ;;
    tatoeba) unpack "$2" | cut -f 3 | "$bon" normalize -q -o "$3" ;; # number, language, sentence
    leipzig) tar -xzOf "$2" --wildcards '*-sentences.txt' | cut -f 2 | "$bon" normalize -q -o "$3" ;; # number, sentence
    esac
}

# One file of a corpus.
bring() { # name, url, format, digest
    local raw=$folder/raw/$1/${2##*/} made ending
    ending=$(ending_of "$3")
    made=$folder/$1.$ending.zst
    if [ -s "$made" ]; then
        say "$1: $made is there"
        return
    fi
    obtain "$1" "$2" "$raw" "$4"
    # What a pipe gave before it broke is no corpus.
    convert "$3" "$raw" "$folder/.$1.$ending.zst" || {
        rm -f "$folder/.$1.$ending.zst"
        die "$1: $raw was downloaded, but cannot be read as $3"
    }
    mv "$folder/.$1.$ending.zst" "$made"
    [ -n "$keep" ] || rm -r "$folder/raw/$1"
    say "$1: $made"
}

# The first archives of a list: paths from the root of the server that has the list.
bring_list() { # name, url, digest
    local raw=$folder/raw/$1/${2##*/} server number=0 path
    server=$(sed -E 's|^(https?://[^/]*).*|\1|' <<<"$2")
    obtain "$1" "$2" "$raw" "$3"
    unpack "$raw" | awk -v n="$files" 'NR <= n' >"$raw.first"
    while IFS= read -r path; do
        number=$((number + 1))
        bring "$1-$(printf %05d "$number")" "$server/$path" warc -
    done <"$raw.first"
    [ -n "$keep" ] || rm -r "$folder/raw/$1"
}

[ -x "$bon" ] || die "$bon is missing: run make first"
command -v curl >/dev/null || die "curl is missing"
mkdir -p "$folder"
for name in "$@"; do
    look_up "$name"
    case $format in
    page) die "$name cannot be fetched by a program alone: see $url" ;;
    wet) bring_list "$name" "$url" "$digest" ;;
    *) bring "$name" "$url" "$format" "$digest" ;;
    esac
done
