#!/usr/bin/env python3
"""A page in Chromium with an input, a textarea, an editable element and a password field, the first one focused.

usage: field_chromium.py DIR

Same files as field_gtk.py: the page tells this program, which serves it, what happens in it. DIR/text is the text of the field
that was written in last; DIR/focus is one of upper, area, editable, secret.
"""
import http.server
import os
import subprocess
import sys
import threading

folder = sys.argv[1]

PAGE = """<!doctype html><meta charset=utf-8><title>bon-e2e</title>
<style>input, textarea, div { display: block; width: 460px; margin: 4px; font: 16px sans-serif; min-height: 1.4em; border: 1px solid }</style>
<input id=upper autofocus><textarea id=area rows=1></textarea><div id=editable contenteditable></div><input id=secret type=password>
<script>
let queue = Promise.resolve() // one after the other
function put(name, text) { queue = queue.then(() => fetch('/' + name, {method: 'POST', body: text})) }
for (const id of ['upper', 'area', 'editable', 'secret']) {
    const field = document.getElementById(id)
    const tell = () => put(id == 'secret' ? 'secret' : 'text', (field.value ?? field.textContent).replaceAll('\\u00a0', ' '))
    field.addEventListener('focus', () => { put('focus', id); tell() })
    field.addEventListener('input', event => { if (!event.isComposing) tell() })
    field.addEventListener('compositionupdate', event => put('preedit', event.data))
    field.addEventListener('compositionend', () => { put('preedit', ''); setTimeout(tell) })
}
put('preedit', ''); put('secret', '')
document.getElementById('upper').focus()
</script>"""


class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self, body):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.answer(PAGE.encode() if self.path == "/" else b"")

    def do_POST(self):
        text = self.rfile.read(int(self.headers["Content-Length"]))
        path = os.path.join(folder, os.path.basename(self.path))
        with open(path + ".new", "wb") as out:
            out.write(text)
        os.replace(path + ".new", path)
        self.answer(b"")

    def log_message(self, *_):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
subprocess.run(
    ["chromium", "--no-sandbox", "--no-first-run", "--disable-gpu", "--ozone-platform=x11", "--disable-background-networking",
     "--password-store=basic", "--window-size=520,240", "--window-position=0,0",
     f"--user-data-dir={folder}/profile", f"--app=http://127.0.0.1:{server.server_address[1]}/"],
    check=False,
)
