"""len() of a str: letters, not bytes."""
from _peer import connect, hear, say

mail = "j\u00fcrgen@example.org"
peer = connect()
say(peer, b"Q" + bytes([len(mail)]) + mail.encode()); hear(peer)
