// A clock in Go, a goroutine for each request.   clock PORT
package main

import (
	"net"
	"os"
	"strings"
	"time"
)

func main() {
	conn, err := net.ListenPacket("udp", ":"+os.Args[1])
	if err != nil {
		panic(err)
	}
	for {
		buffer := make([]byte, 1500)
		n, addr, err := conn.ReadFrom(buffer)
		if err != nil {
			continue
		}
		go func(request string) {
			answer := "Invalid request"
			switch strings.TrimRight(request, " \t\r\n\x00") {
			case "SEND_DATE":
				answer = time.Now().Format("01/02/06")
			case "SEND_TIME":
				answer = time.Now().Format("15:04:05")
			}
			conn.WriteTo([]byte(answer), addr)
		}(string(buffer[:n]))
	}
}
