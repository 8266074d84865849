"""A calculator that keeps every rule.

    calculator-server.py PORT
"""
import re

from _server import PORT, serve

SEAM = re.compile(r"[^\d\s.+\-_][\s_]*(?=[-+.\d])")


def talk(peer):
    name = peer.message(unglue=name_and_expression)
    while name is not None:
        text = peer.message(is_word=is_quit)
        if text is None or is_quit(text):
            return
        peer.say(result(text))


def is_quit(text):
    return text.strip() == "q"


def result(text):
    words = text.split()
    if len(words) != 3:
        return "Incorrect expression format"
    try:
        left, operator, right = float(words[0]), words[1], float(words[2])
    except ValueError:
        return "Incorrect expression format"
    if operator == "+":
        return repr(left + right)
    if operator == "-":
        return repr(left - right)
    if operator == "*":
        return repr(left * right)
    if operator == "/":
        return "Division by zero" if right == 0 else repr(left / right)
    return "Incorrect operator"


def name_and_expression(text):
    """[CALC-3]"""
    for seam in SEAM.finditer(text):
        if not result(text[seam.end():]).startswith("Incorrect"):
            return [text[: seam.end()].rstrip(), text[seam.end():]]
    return None


serve(talk, PORT)
