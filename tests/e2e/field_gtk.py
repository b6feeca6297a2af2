#!/usr/bin/env python3
"""A GTK 3 window with two text fields, the upper one focused; the lower is for passwords.

usage: field_gtk.py DIR

DIR/focus, DIR/text, DIR/secret, DIR/preedit hold the field that has the focus (upper, secret), the committed text of each
field, and the preedit shown now; they are replaced whole at each change.
"""
import os
import sys

import gi

gi.require_version("Gtk", "3.0")
from gi.repository import Gtk  # noqa: E402

folder = sys.argv[1]


def put(name, text):
    path = os.path.join(folder, name)
    with open(path + ".new", "w", encoding="utf-8") as out:
        out.write(text)
    os.replace(path + ".new", path)


def watch(entry, text_name, focus_name):
    entry.connect("changed", lambda e: put(text_name, e.get_text()))
    entry.connect("preedit-changed", lambda _e, shown: put("preedit", shown))
    entry.connect("focus-in-event", lambda *_: put("focus", focus_name))
    put(text_name, "")


upper, secret = Gtk.Entry(), Gtk.Entry()
secret.set_visibility(False)
secret.set_input_purpose(Gtk.InputPurpose.PASSWORD)
watch(upper, "text", "upper")
watch(secret, "secret", "secret")
put("preedit", "")
box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL)
box.add(upper)
box.add(secret)
window = Gtk.Window(title="bon-e2e")
window.set_default_size(500, 100)
window.add(box)
window.connect("destroy", Gtk.main_quit)
window.show_all()
upper.grab_focus()
Gtk.main()
