// A file client with ByteBuffer and DataInputStream.   java FileClient.java HOST PORT SERVICE FILE
import java.io.*;
import java.net.*;
import java.nio.*;
import java.nio.file.*;

public class FileClient {
    static String[] discover(String host, int port, String kind) throws IOException {
        try (DatagramSocket udp = new DatagramSocket()) {
            udp.setSoTimeout(3000);
            byte[] ask = "DISCOVERY".getBytes();
            udp.send(new DatagramPacket(ask, ask.length, InetAddress.getByName(host), port));
            String[] found = null;
            while (true) {
                DatagramPacket packet = new DatagramPacket(new byte[2000], 2000);
                udp.receive(packet);
                String text = new String(packet.getData(), 0, packet.getLength()).trim();
                if (text.equals("end")) return found;
                String[] f = text.split(",");
                for (int i = 1; i + 2 < f.length; i += 3)
                    if (found == null && f[i + 1].equals(kind)) found = new String[] { f[0], f[i], f[i + 2] };
            }
        }
    }

    static void expect(InputStream in, String word) throws IOException {
        String said = "";
        while (!said.equals(word)) {
            int c = in.read();
            if (c < 0 || !word.startsWith(said + (char) c)) {
                int more = in.available();
                if (c >= 0) said += (char) c + new String(in.readNBytes(more));
                throw new IOException("server said \"" + said + "\", not " + word);
            }
            said += (char) c;
        }
    }

    public static void main(String[] args) throws Exception {
        try {
            String[] place = discover(args[0], Integer.parseInt(args[1]), args[2]);
            if (place == null) throw new IOException("nobody has " + args[2]);
            try (Socket socket = new Socket(place[0], Integer.parseInt(place[1]))) {
                OutputStream out = socket.getOutputStream();
                DataInputStream in = new DataInputStream(socket.getInputStream());
                out.write(place[2].getBytes());
                expect(in, "valid");
                out.write(args[3].getBytes());
                expect(in, "found");
                byte[] size = new byte[4];
                in.readFully(size);
                out.write('k');
                byte[] file = new byte[ByteBuffer.wrap(size).order(ByteOrder.LITTLE_ENDIAN).getInt()];
                in.readFully(file);
                Files.write(Path.of("client_" + args[3]), file);
            }
            System.out.println("saved");
        } catch (IOException error) {
            System.out.println("could not fetch: " + error);
            System.exit(2);
        }
    }
}
