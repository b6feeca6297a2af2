#!/usr/bin/env bash
# corpora/fetch.sh against a server of this machine: every format, resuming, digests, and what can go wrong.
# shellcheck source=tests/cli/support/assert.sh
. "$TESTS/cli/support/assert.sh"
root=$(cd "$TESTS/.." && pwd)
for tool in python3 curl xz bzip2 zstd; do command -v "$tool" >/dev/null || skip "$tool is not installed"; done
BON=$(command -v bon)
export BON FETCH_WAIT=0
fetch() { run "$root/corpora/fetch.sh" -m manifest "$@"; }

# ---- the manifest that is shipped ----

last=corpora/manifest.tsv
awk -F'\t' '
    NR == 1 { if ($0 != "name\turl\tformat\tlicence\tkind\tsha256\tnote") print "heading"; next }
    NF != 7 || seen[$1]++ || $2 !~ /^https:\/\// || $4 == "" || $5 == "" { print }
    $3 !~ /^(wiki|conllu|jsonl|warc|text|tatoeba|leipzig|wet|page)$/ || $6 !~ /^(-|[0-9a-f]+)$/ { print }
' "$root/corpora/manifest.tsv" >wrong
[ ! -s wrong ] || unmet "rows: $(cat wrong)"
run "$root/corpora/fetch.sh" list
expect_status 0
grep -q '^wikipedia .*CC BY-SA' out || unmet 'the list'

# ---- a server with ranges, versions, and a log ----

cat >server.py <<'END'
import http.server, os, re, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *args): pass
    def do_GET(self):
        path = self.path.lstrip('/')
        plain = path.startswith('plain/')          # a server that knows no ranges
        asked = self.headers.get('Range')
        with open('log', 'a') as log: log.write('%s %s\n' % (self.path, asked))
        if not os.path.isfile(path): return self.send_error(404)
        body = open(path, 'rb').read()
        tag = '"%d-%d"' % (len(body), sum(body) % 65536)
        start = 0
        if asked and not plain and self.headers.get('If-Range', tag) == tag:
            start = int(re.match(r'bytes=(\d+)-', asked).group(1))
            if start >= len(body): return self.send_error(416)
            self.send_response(206)
            self.send_header('Content-Range', 'bytes %d-%d/%d' % (start, len(body) - 1, len(body)))
        else:
            self.send_response(200)
        self.send_header('ETag', tag)
        self.send_header('Content-Length', str(len(body) - start))
        self.end_headers()
        cut = path.startswith('cut/') and not asked and not os.path.exists('was-cut')
        if cut: open('was-cut', 'w')
        self.wfile.write(body[start:len(body) // 2 if cut else None])
server = http.server.HTTPServer(('127.0.0.1', 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
END
mkdir -p web/crawl web/plain web/cut
(cd web && exec python3 ../server.py) >port 2>server.err &
server=$!
trap 'kill $server' EXIT
for _ in $(seq 600); do
    [ ! -s port ] || break
    sleep 0.1
done
[ -s port ] || skip 'no server could be started'
at=http://127.0.0.1:$(cat port)

{
    echo '<mediawiki><siteinfo><base>https://vi.example.org/wiki/Trang</base></siteinfo>'
    echo '<page><title>Chợ</title><ns>0</ns><id>1</id><revision><text>'
    for i in $(seq 30); do echo "Chợ thứ $i họp bên sông từ lúc mờ sáng."; done
    echo '</text></revision></page></mediawiki>'
} | bzip2 >web/wiki.xml.bz2
for i in $(seq 2000); do echo "Câu thứ $i  của phụ đề $((i * 7919 % 1201))."; done >lines
gzip -c lines >web/lines.txt.gz
xz -c lines >web/lines.txt.xz
cp web/lines.txt.gz web/plain/
cp web/lines.txt.gz web/cut/
printf '1\tvie\tXin chào!\n2\tvie\tTạm biệt.\n' | bzip2 >web/vie.tsv.bz2
mkdir vie && printf '1\tMột câu.\n2\tHai câu.\n' >vie/vie-sentences.txt && echo x >vie/vie-words.txt && tar -czf web/vie.tar.gz vie
printf '# text = Tôi đi.\n1\tTôi\ttôi\tPRON\t_\t_\t2\tnsubj\t_\t_\n2\tđi\tđi\tVERB\t_\t_\t0\troot\t_\tSpaceAfter=No\n3\t.\t.\tPUNCT\t_\t_\t2\tpunct\t_\t_\n\n' >web/a.conllu
for i in 1 2 3; do
    for language in vie eng; do
        text=$(for k in 1 2 3 4 5 6 7; do echo "Trang $i nói về chợ nổi ở miền Tây, phần $k ($language)."; done)
        printf 'WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Target-URI: http://a.example/%s\r\nWARC-Identified-Content-Language: %s\r\n' "$i" $language
        printf 'Content-Type: text/plain\r\nContent-Length: %s\r\n\r\n%s\r\n\r\n' "$(printf %s "$text" | wc -c)" "$text"
    done | gzip >web/crawl/$i.wet.gz
    echo crawl/$i.wet.gz
done | gzip >web/paths.gz
echo 'no gzip' >web/broken.txt.gz
{
    printf 'name\turl\tformat\tlicence\tkind\tsha256\tnote\n'
    printf 'wiki\t%s/wiki.xml.bz2\twiki\tfree\tx\t%s\tn\n' "$at" "$(sha256sum web/wiki.xml.bz2 | cut -d' ' -f1)"
    printf '%s\t%s/%s\t%s\tfree\tx\t%s\tn\n' lines "$at" lines.txt.gz text - \
        xz "$at" lines.txt.xz text - plain "$at" plain/lines.txt.gz text - cut "$at" cut/lines.txt.gz text - tatoeba "$at" vie.tsv.bz2 tatoeba - \
        leipzig "$at" vie.tar.gz leipzig - vtb "$at" a.conllu conllu - crawl "$at" paths.gz wet - gone "$at" nothing.gz text - \
        broken "$at" broken.txt.gz text - other "$at" lines.txt.gz text "$(sha256sum lines | cut -d' ' -f1)" login "$at" page page - \
        odd "$at" lines.txt.gz parquet -
} >manifest

# ---- every format ----

fetch -d d -n 2 wiki lines xz tatoeba leipzig vtb crawl
expect_status 0
expect_out ''
bon normalize lines >wanted
for name in lines xz; do
    zstd -dc d/$name.txt.zst >got
    expect_same got wanted
done
zstd -dc d/wiki.jsonl.zst | grep -q '"title":"Chợ".*Chợ thứ 30 họp' || unmet 'wiki'
[ "$(zstd -dc d/tatoeba.txt.zst)" = "$(printf 'Xin chào!\nTạm biệt.')" ] || unmet 'tatoeba'
[ "$(zstd -dc d/leipzig.txt.zst)" = "$(printf 'Một câu.\nHai câu.')" ] || unmet 'leipzig'
zstd -dc d/vtb.jsonl.zst | grep -q 'Tôi đi' || unmet 'vtb'
zstd -dc d/crawl-00001.jsonl.zst d/crawl-00002.jsonl.zst | grep -c 'phần 7 (vie)' | grep -qx 2 || unmet 'crawl'
expect_files d raw sources.tsv wiki.jsonl.zst lines.txt.zst xz.txt.zst tatoeba.txt.zst leipzig.txt.zst vtb.jsonl.zst \
    crawl-00001.jsonl.zst crawl-00002.jsonl.zst
expect_files d/raw
grep -qx "$(printf 'lines\t%s/lines.txt.gz\tfree\t%s\t%s' "$at" "$(stat -c %s web/lines.txt.gz)" "$(sha256sum web/lines.txt.gz | cut -d' ' -f1)")" d/sources.tsv ||
    unmet "sources: $(cat d/sources.tsv)"
[ "$(wc -l <d/sources.tsv)" = 9 ] || unmet "sources: $(cat d/sources.tsv)"

# What is there is not fetched again; -k keeps what was downloaded.
: >web/log
fetch -d d lines
expect_status 0
[ ! -s web/log ] || unmet 'fetched again'
fetch -d k -k lines
expect_files k/raw/lines lines.txt.gz

# ---- cut downloads ----

# A connection that breaks in the middle: the second try goes on there.
: >web/log
fetch -d d cut
expect_status 0
zstd -dc d/cut.txt.zst >got
expect_same got wanted
half=$(($(stat -c %s web/lines.txt.gz) / 2))
[ "$(cat web/log)" = "$(printf '/cut/lines.txt.gz None\n/cut/lines.txt.gz bytes=%s-' "$half")" ] || unmet "log: $(cat web/log)"

# What an earlier run left: the same version goes on; another version, or none known, begins anew; so does a server without ranges.
tag() { python3 -c 'import sys; b = open(sys.argv[1], "rb").read(); print("\"%d-%d\"" % (len(b), sum(b) % 65536))' "$1"; }
left() { # name, file, version
    rm -rf r && mkdir -p "r/raw/$1"
    head -c 1000 "web/$2" >"r/raw/$1/lines.txt.gz.part"
    [ -z "$3" ] || echo "$3" >"r/raw/$1/lines.txt.gz.version"
    : >web/log
    fetch -d r "$1"
    expect_status 0
    zstd -dc "r/$1.txt.zst" >got
    expect_same got wanted
}
left lines lines.txt.gz "$(tag web/lines.txt.gz)"
[ "$(cat web/log)" = '/lines.txt.gz bytes=1000-' ] || unmet "log: $(cat web/log)"
left lines wiki.xml.bz2 '"of yesterday"'
[ "$(tail -n 1 web/log)" = '/lines.txt.gz None' ] || unmet "log: $(cat web/log)"
left lines wiki.xml.bz2 ''
[ "$(cat web/log)" = '/lines.txt.gz None' ] || unmet "log: $(cat web/log)"
left plain lines.txt.gz "$(tag web/lines.txt.gz)"
[ "$(tail -n 1 web/log)" = '/plain/lines.txt.gz None' ] || unmet "log: $(cat web/log)"

# ---- what it refuses; nothing is half-made ----

fetch -d e other
expect_refusal 1 'SHA-256 is [0-9a-f]{64} instead of'
expect_files e raw
fetch -d e gone
expect_refusal 1 'nothing.gz: .*404'
fetch -d e broken
expect_refusal 1 'cannot be read as text'
expect_no_file e/broken.txt.zst
fetch -d e login
expect_refusal 1 'cannot be fetched by a program alone: see http'
fetch -d e odd
expect_refusal 1 "a format 'parquet'"
fetch -d e nobody
expect_refusal 1 "no corpus 'nobody'"
fetch -d e -n 0 lines
expect_refusal 1 'how many files'
run "$root/corpora/fetch.sh" -m nowhere lines
expect_refusal 1 'no such manifest'
