import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";

/** A way to a database over TCP; disposal cuts it. */
export interface Way extends AsyncDisposable {
  readonly url: string;
  /** Whether new connections are ended by the server in the moment in which they are ready. */
  isDoomed: boolean;
  /** Nothing comes back any more over the connections that there are. */
  silence(): void;
  /** The connections that there are end as soon as something is said over them. */
  cut(): void;
}

/** What a server says when it is ready, and when it ends a connection. */
const ready = Buffer.from("Z\0\0\0\x05I", "latin1");
const farewell = Buffer.from("E\0\0\0\x20SFATAL\0VFATAL\0C57P01\0Mgone\0\0", "latin1");

/** Makes a way to a database whose server is at a Unix socket. */
export async function wayTo(database: string): Promise<Way> {
  const url = new URL(database);
  const target = join(url.searchParams.get("host") ?? "", ".s.PGSQL.5432");
  const sockets = new Set<Socket>();
  const clients = new Set<Socket>();
  const silent = new Set<Socket>();
  const gate = createServer({ allowHalfOpen: true }, (client) => {
    const { isDoomed } = way;
    const server = connect(target);
    for (const socket of [client, server]) sockets.add(socket.on("error", () => {}));
    clients.add(client);
    client.pipe(server);
    server.on("close", () => silent.has(client) || client.end());
    server.on("data", (data) => {
      if (silent.has(client)) return true;
      if (!isDoomed || !data.includes(ready)) return client.write(data);
      // In one piece, as a program hears it that was busy meanwhile.
      client.end(Buffer.concat([data, farewell]));
      return server.destroy();
    });
  });
  gate.listen(0, "127.0.0.1");
  await once(gate, "listening");
  const address = gate.address();
  url.searchParams.delete("host");
  url.hostname = "127.0.0.1";
  url.port = String(typeof address === "object" ? address?.port : "");
  const way: Way = {
    url: url.href,
    isDoomed: false,
    silence: () => {
      for (const client of clients) silent.add(client);
    },
    cut: () => {
      for (const client of clients) {
        client
          .unpipe()
          .once("data", () => client.destroy())
          .resume();
      }
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      gate.close();
      await once(gate, "close");
    },
  };
  return way;
}
