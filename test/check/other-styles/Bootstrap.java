// A registry as Java's tutorial has a DatagramSocket: one loop, a TreeMap.   java Bootstrap.java PORT STORE
import java.io.*;
import java.net.*;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.util.*;

public class Bootstrap {
    static final TreeMap<String, LinkedHashMap<Integer, String[]>> servers = new TreeMap<>();

    static boolean put(String[] f) {
        try {
            int port = Integer.parseInt(f[2]);
            if (port < 1 || port > 65535 || f[3].isEmpty() || f[4].isEmpty()) return false;
            if (f[3].length() > 64 || f[4].length() > 64 || !f[1].matches("[0-9.]+|[0-9a-fA-F:]+")) return false;
            InetAddress.getByName(f[1]);
            servers.computeIfAbsent(f[1], ip -> new LinkedHashMap<>()).put(port, new String[] { f[3], f[4] });
            return true;
        } catch (IOException | NumberFormatException error) {
            return false;
        }
    }

    public static void main(String[] args) throws IOException {
        Path store = Path.of(args[1]);
        if (Files.exists(store)) for (String line : Files.readAllLines(store)) put(line.split(",", -1));
        DatagramSocket socket = new DatagramSocket(Integer.parseInt(args[0]), InetAddress.getLoopbackAddress());
        byte[] buffer = new byte[4096];
        while (true) {
            DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
            socket.receive(packet);
            String text = new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8);
            int nul = text.indexOf(0);
            text = (nul < 0 ? text : text.substring(0, nul)).trim();
            String[] fields = text.split(",", -1);
            List<String> answers = new ArrayList<>();
            if (text.equals("DISCOVERY")) {
                servers.forEach((ip, ports) -> {
                    StringBuilder line = new StringBuilder(ip);
                    ports.forEach((port, words) -> {
                        String more = "," + port + "," + words[0] + "," + words[1];
                        if (line.length() + more.length() > 1400) {
                            answers.add(line.toString());
                            line.setLength(ip.length());
                        }
                        line.append(more);
                    });
                    answers.add(line.toString());
                });
                answers.add("end");
            } else if (fields[0].equals("REGISTRN") && fields.length == 5 && put(fields)) {
                Files.writeString(store, text + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            } else {
                answers.add("ERROR,unknown");
            }
            for (String answer : answers) {
                byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
                socket.send(new DatagramPacket(bytes, bytes.length, packet.getSocketAddress()));
            }
        }
    }
}
