// A clock's client with a Timer.   java ClockClient.java HOST PORT
import java.io.IOException;
import java.net.*;
import java.util.Random;

public class ClockClient {
    public static void main(String[] args) throws Exception {
        Random random = new Random();
        DatagramSocket socket = new DatagramSocket();
        socket.connect(InetAddress.getByName(args[0]), Integer.parseInt(args[1]));
        socket.setSoTimeout(2000);
        while (true) {
            byte[] request = (random.nextBoolean() ? "SEND_DATE" : "SEND_TIME").getBytes();
            socket.send(new DatagramPacket(request, request.length));
            DatagramPacket answer = new DatagramPacket(new byte[64], 64);
            try {
                socket.receive(answer);
                System.out.printf("server: %s%n", new String(answer.getData(), 0, answer.getLength()));
            } catch (SocketTimeoutException lost) {
                System.out.println("lost");
                continue;
            } catch (PortUnreachableException none) {
                System.out.println("nobody there");
            }
            Thread.sleep(1000 + random.nextInt(1000));
        }
    }
}
