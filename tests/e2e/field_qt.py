#!/usr/bin/env python3
"""The Qt 5 twin of field_gtk.py: same argument, same files."""
import os
import sys

from PyQt5.QtCore import QEvent
from PyQt5.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

folder = sys.argv[1]


def put(name, text):
    path = os.path.join(folder, name)
    with open(path + ".new", "w", encoding="utf-8") as out:
        out.write(text)
    os.replace(path + ".new", path)


class Line(QLineEdit):
    def __init__(self, text_name, focus_name):
        super().__init__()
        self.focus_name = focus_name
        self.textChanged.connect(lambda text: put(text_name, text))
        put(text_name, "")

    def inputMethodEvent(self, event):
        super().inputMethodEvent(event)
        put("preedit", event.preeditString())

    def event(self, event):
        if event.type() == QEvent.FocusIn:
            put("focus", self.focus_name)
        return super().event(event)


app = QApplication(sys.argv[:1])
window = QWidget()
window.setWindowTitle("bon-e2e")
upper, secret = Line("text", "upper"), Line("secret", "secret")
secret.setEchoMode(QLineEdit.Password)
layout = QVBoxLayout(window)
layout.addWidget(upper)
layout.addWidget(secret)
window.resize(500, 100)
put("preedit", "")
window.show()
upper.setFocus()
app.exec_()
