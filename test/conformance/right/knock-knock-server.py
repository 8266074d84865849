"""A listener of knock-knock jokes that keeps every rule.

    knock-knock-server.py PORT
"""
from _server import PORT, serve

KNOCK = "Knock knock.."


def is_knock(text):
    return text.strip() == KNOCK


def talk(peer):
    while (text := peer.message(is_word=is_knock)) is not None and not is_knock(text):
        peer.say("Try: " + KNOCK)
    if text is None:
        return
    peer.say("Who's there?")
    name = peer.message()
    if name is None:
        return
    peer.say(name + " who?")
    if peer.message() is not None:
        peer.say("Ha!")


serve(talk, PORT)
