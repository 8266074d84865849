/**
 * The sample text: the file server's protocol by example. ASCII alone: a program that writes it to a terminal, or decodes it
 * by default, must not fail on a character when what it learns is sockets.
 */

const TEXT = `The file server, by example
===========================

A file server waits for clients on a TCP port. Whoever knows its token may
fetch files, one after another, all of one kind: the service. This text is
itself such a file, of the service txt.

In the examples C -> S is what the client sends, S -> C what the server
answers.

1. Where is the server?

A file server tells the registry where it is, with one UDP datagram to port
1234 (address, port, service, token), and gets no reply:

    REGISTRN,192.168.126.137,1236,pdf,server1

A client asks the registry, and gets one datagram per address and an end:

    DISCOVERY
    192.168.126.137,1236,pdf,server1
    192.168.126.139,1238,txt,server3,1239,png,server4
    end

2. A file is fetched

    C -> S  server1          the token
    S -> C  valid
    C -> S  server.pdf       the filename
    S -> C  found
    S -> C  00 b0 01 00      the size: four bytes, the lowest first
    C -> S  Got\\0            the acknowledgement: any one or more bytes
    S -> C  %PDF-1.4 ...     the file: as many bytes as the size says

The size is 0x0001b000, that is 110592. No mark ends the file: the client
counts. Then it sends the next filename, or closes the connection.

3. What goes wrong

    C -> S  server9          not the token
    S -> C  Invalid          and the server closes the connection

    C -> S  nothing.pdf      no such file
    S -> C  not found        and the client may ask again

    C -> S  ../secret.pdf    outside the server's folder
    S -> C  not found        as for any file that it does not serve

If no acknowledgement comes within two seconds, the server sends the file all
the same. A late one is then taken for what it is, not for a filename.

4. What to look out for

- One recv() is not one message. A file arrives in pieces of any length.
- The size is a signed 32-bit number, so no file here has 2 GiB or more.
- Characters are not bytes: an e with an accent is one character, and two
  bytes in UTF-8. The size counts bytes.
- A file is not text. Open it in binary mode, and never look for its end with
  strlen(): a picture is full of zeros.
`;

export function sampleText(): Buffer {
  return Buffer.from(TEXT, "ascii");
}
