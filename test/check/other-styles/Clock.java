// A clock with a pool of threads.   java Clock.java PORT
import java.io.IOException;
import java.net.*;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.*;

public class Clock {
    static String answer(String request) {
        return switch (request.stripTrailing()) {
            case "SEND_DATE" -> LocalDateTime.now().format(DateTimeFormatter.ofPattern("MM/dd/yy"));
            case "SEND_TIME" -> LocalDateTime.now().format(DateTimeFormatter.ofPattern("HH:mm:ss"));
            default -> "Invalid request";
        };
    }

    public static void main(String[] args) throws IOException {
        ExecutorService pool = Executors.newFixedThreadPool(4);
        DatagramSocket socket = new DatagramSocket(Integer.parseInt(args[0]));
        while (true) {
            DatagramPacket packet = new DatagramPacket(new byte[1024], 1024);
            socket.receive(packet);
            pool.submit(() -> {
                byte[] bytes = answer(new String(packet.getData(), 0, packet.getLength())).getBytes();
                socket.send(new DatagramPacket(bytes, bytes.length, packet.getSocketAddress()));
                return null;
            });
        }
    }
}
