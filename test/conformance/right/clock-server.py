"""A clock that keeps every rule.

    clock-server.py PORT
"""
import time

from _server import PORT, answer_datagrams

FORMATS = {"SEND_DATE": "%m/%d/%y", "SEND_TIME": "%H:%M:%S"}


def answers(data, _sender):
    word = data.decode(errors="replace").split("\0")[0].rstrip()
    form = FORMATS.get(word)
    return [time.strftime(form).encode() if form else b"Invalid request"]


answer_datagrams(answers, PORT)
