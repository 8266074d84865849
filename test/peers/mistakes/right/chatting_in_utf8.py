"""Chats in UTF-8."""
from _peer import connect, hear, say

peer = connect()
hear(peer); say(peer, ":J\u00f6rg:joerg".encode()); hear(peer)
say(peer, ":J\u00f6rg:gr\u00fc\u00dfe \U0001f44b".encode()); hear(peer)
