"""A relay that keeps every rule.

    relay-server.py PORT
"""
import re
import threading

from _server import PORT, serve

NOT_ONLINE = "Server | Receiver not online"
users = {}
lock = threading.Lock()


def talk(peer):
    name = enter(peer)
    if name is None:
        return
    last = None
    try:
        last = converse(peer, name)
    finally:
        with lock:
            del users[name]
    if last is not None:
        peer.say("Closing..", apart=True)


def converse(peer, name):
    """Until the user says close, or has ended."""
    while (text := peer.message(is_word=is_close)) is not None and not is_close(text):
        with lock:
            relay(peer, name, text)
    return text


def is_close(text):
    return text.strip() == "close"


def enter(peer):
    while (text := peer.message()) is not None:
        name = text.strip()
        usable = name and len(name) <= 64 and "|" not in name and name != "Server"
        with lock:
            if usable and name not in users:
                users[name] = peer
                peer.say("Message please")
                return name
        peer.say("Server | Name taken")
    return None


def relay(peer, sender, message):
    text, bar, user = message.rpartition("|")
    receiver = users.get(user.strip())
    if not bar:
        peer.say("Server | Use message|user")
    elif receiver is None or receiver.lost:
        peer.say(NOT_ONLINE)
    else:
        receiver.say(sender + " | " + re.sub(r"[\0\r\n]+", " ", text))


serve(talk, PORT)
