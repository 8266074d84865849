"""An acknowledger that keeps its rule.

    ack-server.py PORT
"""
from _server import PORT, answer_datagrams


def answers(data, sender):
    print(sender[0], sender[1], data, flush=True)
    return [b"Ok"]


answer_datagrams(answers, PORT)
