import { randomUUID } from "node:crypto";
import { STATUS_CODES } from "node:http";
import { type Duplex } from "node:stream";

import { type ErrorCode } from "../../resolvers/request/errors.js";

/** Time that who is answered on a connection has to read it. Milliseconds. */
const FAREWELL_MS = 1_000;

/** What is answered where there is no request to answer. */
export interface SocketAnswer {
  status: number;
  code: ErrorCode;
  message: string;
  /** Lines of the header beside those that every answer has. */
  headers?: readonly string[];
}

/** The body of a refusal: an answer of GraphQL without data, so that clients have one form to read. */
export function refusalBody(
  code: ErrorCode,
  message: string,
  more: { requestId?: string; store?: string } = {},
) {
  return { errors: [{ message, extensions: { code, ...more } }] };
}

/**
 * Answers on a connection itself, and ends it: soon also for the other end, which nothing else counts or waits for. The header
 * is what answers of requests have, an id included.
 */
export function answerOnSocket(socket: Duplex, { status, code, message, headers = [] }: SocketAnswer): void {
  const text = JSON.stringify(refusalBody(code, message));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `date: ${new Date().toUTCString()}`,
    "content-type: application/json; charset=utf-8",
    "cache-control: no-store",
    `x-request-id: ${randomUUID()}`,
    `content-length: ${Buffer.byteLength(text)}`,
    ...headers,
    "connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${text}`);
  // Unread, it would never be known that the other end has gone; and whoever goes on sending would keep it open.
  socket.resume();
  const cut = setTimeout(() => socket.destroy(), FAREWELL_MS);
  socket.once("close", () => clearTimeout(cut));
}
