// The outbox as a file: for a device that will not see the network again. Only what this till may send is let in.

import { sha256 } from "./sha256.js";

const FORMAT = "smartpos-outbox";
const VERSION = 1;
const LARGEST = 64 * 1024 * 1024; // bytes
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

// Whatever a file says, nothing goes to another address than this kind of thing is sent to.
const ADDRESSES = {
  sale: /^\/api\/sell$/,
  refund: /^\/api\/(sales\/\d+\/refund|refunds)$/,
  payment: /^\/api\/(clients\/(\d+|\{customer\})\/payment|payments\/\d+\/reverse)$/,
  customer: /^\/api\/clients$/,
  cash: /^\/api\/shifts\/\d+\/cash$/,
  event: /^\/api\/till-events$/,
  held: /^\/api\/held-sales$/,
};

/** The file can't be taken in; `code` is "unreadable", "other_shop", "damaged", "newer" or "too_large". */
export class BadFile extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/** The text of a file with these entries. */
export function fileOf(entries, { organization, till, at }) {
  const plain = entries.map(({ seq: _seq, ...entry }) => entry);
  const checksum = sha256(JSON.stringify(plain));
  const content = { format: FORMAT, version: VERSION, organization, till, exported_at: at, checksum, entries: plain };
  return JSON.stringify(content, null, 1);
}

/** The entries of a file of this organization. Throws BadFile. */
export function entriesOf(text, organizationId) {
  if (text.length > LARGEST) throw new BadFile("too_large");
  let content;
  try {
    content = JSON.parse(text);
  } catch {
    throw new BadFile("unreadable");
  }
  if (content?.format !== FORMAT || !Array.isArray(content.entries)) throw new BadFile("unreadable");
  if (content.version !== VERSION) throw new BadFile("newer");
  if (content.organization?.id !== organizationId) throw new BadFile("other_shop");
  if (sha256(JSON.stringify(content.entries)) !== content.checksum) throw new BadFile("damaged");
  if (!content.entries.every(isEntry)) throw new BadFile("damaged");
  return content.entries;
}

/** A file too large to be read at all. */
export function isTooLarge({ size }) {
  return size > LARGEST;
}

function isEntry(entry) {
  const { id, kind, url, body, needs, createdAt } = entry ?? {};
  return typeof id === "string" && UUID.test(id)
    && typeof url === "string" && Object.hasOwn(ADDRESSES, kind) && ADDRESSES[kind].test(url)
    && body !== null && typeof body === "object" && nameIn(kind, body) === id
    && Array.isArray(needs) && needs.every((one) => typeof one === "string")
    && !Number.isNaN(Date.parse(createdAt));
}

function nameIn(kind, body) {
  return kind === "event" ? body.items?.[0]?.client_uuid : body.client_uuid;
}
