// Apollo Server as `startStandaloneServer` starts it, with Marquee's schema: `node apollo-server.js <port>`.
import { ApolloServer } from "@apollo/server";
import { startStandaloneServer } from "@apollo/server/standalone";

import { madeSchema } from "./made-schema.js";

const [port] = process.argv.slice(2);
await startStandaloneServer(new ApolloServer({ schema: madeSchema() }), {
  listen: { port: Number(port), host: "127.0.0.1" },
});
