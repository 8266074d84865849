"""A chat room that keeps every rule.

    chat-server.py PORT
"""
import re
import threading

from _server import PORT, serve

PROMPT = "Please, Enter Your ig name"
members = {}
room = threading.Lock()


def talk(peer):
    names = enter(peer)
    if names is None:
        return
    prefix = f":{names[0]}:"
    try:
        while (text := peer.message(unglue=lambda text: at_prefix(text, prefix))) is not None:
            line = re.sub(r"[\0\r\n]+", " ", text)
            with room:
                tell(line if line.startswith(prefix) else prefix + line)
    finally:
        with room:
            del members[peer]
            tell(f"{prefix}{names[1]} left chat")


def tell(text):
    for member in list(members):
        if not member.lost:
            member.say(text)


def enter(peer):
    while True:
        peer.say(PROMPT)
        text = peer.message(unglue=login_and_messages)
        if text is None:
            return None
        names = names_of(text)
        if names is None:
            continue
        with room:
            taken = taken_of(*names)
            if taken is None:
                members[peer] = names
                peer.say(f"new user :{names[0]}:{names[1]} connected!\n")
                tell(f"new user :{names[0]}:{names[1]} joined \n")
                return names
        peer.say(f"Name taken: {taken}, choose another\n")


def names_of(text):
    name, _, login = text.strip().removeprefix(":").partition(":")
    name, login = name.strip() or login.strip(), login.strip() or name.strip()
    return (name, login) if name and ":" not in name and max(len(name), len(login)) <= 64 else None


def taken_of(name, login):
    if login == "Server" or any(login == other for _, other in members.values()):
        return login
    if name == "Server" or any(name == other for other, _ in members.values()):
        return name
    return None


def at_prefix(text, prefix):
    """[CHAT-3]"""
    return [prefix + part for part in text.split(prefix)[1:]] if text.startswith(prefix) else None


def login_and_messages(text):
    login = re.match(r":([^:]+):[^:]*(?=:\1:)", text)
    return login and [login[0], text[login.end():]]


serve(talk, PORT)
