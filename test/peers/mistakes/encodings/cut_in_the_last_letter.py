"""As many bytes as the text has letters: the last one is cut."""
from _peer import hear, say, udp

text = "Gr\u00fc\u00dfe aus K\u00f6ln \u00fc"
peer = udp()
say(peer, text.encode()[:-1]); hear(peer)
