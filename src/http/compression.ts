import fastifyCompress from "@fastify/compress";
import { type FastifyInstance } from "fastify";

/** What is smaller fits into one packet as it is. Bytes. */
const LEAST_BYTES = 1_024;

/**
 * Compresses answers by Brotli or gzip, whichever the client takes. Nobody sends compressed requests: any encoding of
 * a body but `identity` is refused with 415.
 */
export async function compressAnswers(app: FastifyInstance): Promise<void> {
  await app.register(fastifyCompress, {
    encodings: ["br", "gzip", "identity"],
    requestEncodings: ["identity"],
    threshold: LEAST_BYTES,
  });
}
