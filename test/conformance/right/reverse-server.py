"""A reverse server that keeps every rule: its operator types what everybody is answered.

    reverse-server.py PORT [--mirror] < answers
"""
import sys
import threading

from _server import PORT, serve

LIMIT = 4
mirror = "--mirror" in sys.argv
unanswered = {}
changed = threading.Condition()


def talk(peer):
    with changed:
        accepted = len(unanswered) < LIMIT
        if accepted:
            unanswered[peer] = 0
    peer.say("ACCEPT" if accepted else "REJECT")
    if not accepted:
        return
    text = None
    try:
        while (text := peer.message(is_word=is_exit)) is not None and not is_exit(text):
            hear(peer, text)
    finally:
        with changed:
            del unanswered[peer]
            changed.notify_all()


def is_exit(text):
    return text.strip() == "exit"


def hear(peer, text):
    print(text[::-1], flush=True)
    if mirror:
        peer.say(text)
        return
    with changed:
        unanswered[peer] += 1
        changed.notify_all()


def answer_all():
    for line in sys.stdin:
        with changed:
            changed.wait_for(lambda: unanswered and all(unanswered.values()))
            for peer in unanswered:
                peer.say(line.rstrip("\r\n"))
                unanswered[peer] -= 1


threading.Thread(target=answer_all, daemon=True).start()
serve(talk, PORT)
