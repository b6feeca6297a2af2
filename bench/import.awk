# bench/import.awk: a text as files of other formats, for the benchmark of the importers: pages of 20 lines, with the markup that
# such files have. awk -v format=jsonl|wet|pages|srt|conllu; -v format=epub -v folder=DIR writes the parts of an e-book.
function page_head(n) {
    return "<!DOCTYPE html><html lang=\"vi\"><head><meta charset=\"utf-8\"><title>Trang " n "</title><script>var a = \"<p>\" + " n \
        ";</script></head><body><nav><ul><li><a href=\"/\">Trang chủ</a></li><li><a href=\"/tin\">Tin tức</a></li></ul></nav>\n"
}
function markup(s) {
    gsub(/&/, "\\&amp;", s)
    gsub(/</, "\\&lt;", s)
    return "<p class=\"body\">" s " <a href=\"https://vi.example.org/" NR "\">xem</a></p>\n"
}
function record(type, fields, body) {
    printf "WARC/1.0\r\nWARC-Type: %s\r\nWARC-Record-ID: <urn:uuid:%d>\r\nWARC-Date: 2021-05-06T07:08:09Z\r\n%sContent-Length: %d\r\n\r\n%s\r\n\r\n", \
        type, pages, fields, length(body), body
}
function end_page() {
    if (!page) return
    pages++
    if (format == "jsonl") print "{\"id\":" pages ",\"title\":\"Trang " pages "\",\"text\":\"" page "\"}"
    if (format == "wet") record("conversion", "WARC-Identified-Content-Language: vie\r\nContent-Type: text/plain\r\n", page)
    page = page_head(pages) page "<footer>© 2021</footer></body></html>\n"
    if (format == "pages") record("response", "Content-Type: application/http\r\n", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" page)
    if (format == "epub") {
        print page >(folder "/" pages ".xhtml")
        close(folder "/" pages ".xhtml")
    }
    page = ""
}
function stamp(seconds) { return sprintf("%02d:%02d:%02d,000", seconds / 3600, seconds / 60 % 60, seconds % 60) }
{
    gsub(/[\001-\037]/, " ")
    if (format == "srt") print NR "\n" stamp(NR * 3) " --> " stamp(NR * 3 + 2) "\n<i>" $0 "</i>\n"
    if (format == "conllu") {
        print "# sent_id = " NR "\n# text = " $0
        for (i = 1; i <= NF; i++) print i "\t" $i "\t_\t_\t_\t_\t_\t_\t_\t_"
        print ""
    }
    if (format == "jsonl") {
        gsub(/[\\"]/, "\\\\&")
        page = page $0 "\\n"
    }
    if (format == "wet") page = page $0 "\n"
    if (format == "pages" || format == "epub") page = page markup($0)
    if (NR % (format == "epub" ? 2000 : 20) == 0) end_page()
}
END {
    end_page()
    if (format != "epub") exit
    opf = folder "/content.opf"
    print "<package xmlns:dc=\"x\"><metadata><dc:title>Sách</dc:title></metadata><manifest>" >opf
    for (i = 1; i <= pages; i++) print "<item id=\"c" i "\" href=\"" i ".xhtml\" media-type=\"application/xhtml+xml\"/>" >opf
    print "</manifest><spine>" >opf
    for (i = 1; i <= pages; i++) print "<itemref idref=\"c" i "\"/>" >opf
    print "</spine></package>" >opf
    system("mkdir -p " folder "/META-INF")
    print "<container><rootfile full-path=\"content.opf\"/></container>" >(folder "/META-INF/container.xml")
}
