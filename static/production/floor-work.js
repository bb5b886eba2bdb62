// What the operator's page knows and does: orders from the server, steps that wait to be sent, and what both together say.

import { plainQuantity, thousandths } from "../till/money.js";

/** A step is {client_uuid, act, order_id, number, name, unit, at, body}; `act` is start, pause or complete. */
export async function deliver(api, { act, order_id: id, client_uuid: clientUuid, body }) {
  const root = `/api/production-orders/${id}`;
  if (act === "complete") return api.post(`${root}/complete`, { ...body, client_uuid: clientUuid });
  try {
    return await api.post(`${root}/${act}`, body);
  } catch (error) {
    // An answer that was lost: what this step asks for is so already.
    const wanted = { start: "in_progress", pause: "on_hold" }[act];
    if (error.code === "production_order_in_other_state" && error.body.order_status === wanted) return {};
    throw error;
  }
}

/** The order as it will be once the steps that wait have arrived. */
export function asTold(order, steps, me) {
  let told = order;
  for (const step of steps) {
    if (step.order_id !== order.id || step.state !== "waiting") continue;
    told = { ...told, waits: true };
    if (step.act === "start") Object.assign(told, { status: "in_progress", since: step.at, worker_id: me.id, worker: me.name });
    else if (step.act === "pause") Object.assign(told, { status: "on_hold", ...stopped(told, step.at) });
    else Object.assign(told, completed(told, step));
  }
  return told;
}

function stopped({ worked_seconds: worked, since }, at) {
  const more = since ? Math.max(0, Math.floor((Date.parse(at) - Date.parse(since)) / 1000)) : 0;
  return { worked_seconds: worked + more, since: null, worker_id: null, worker: null };
}

function completed(order, { body, at }) {
  const good = thousandths(order.completed) + thousandths(body.quantity);
  const scrap = thousandths(order.scrapped) + thousandths(body.scrapped);
  const left = Math.max(0, thousandths(order.quantity) - good - scrap);
  const sums = { completed: plainQuantity(good), scrapped: plainQuantity(scrap), left: plainQuantity(left) };
  return left === 0 || body.finish ? { ...sums, ...stopped(order, at), status: "completed" } : sums;
}

/** What a code means among the orders at hand: the sheet's number, the machine, or the product. */
export function ordersOfCode(code, orders, machines) {
  const wanted = code.trim().toLowerCase();
  const open = orders.filter(({ status }) => status !== "completed");
  const byNumber = orders.filter(({ number }) => number.toLowerCase() === wanted);
  if (byNumber.length) return byNumber;
  const machine = machines.find((one) => one.code.toLowerCase() === wanted);
  if (machine) {
    const there = open.filter((order) => order.machine_id === machine.id);
    const running = there.filter(({ status }) => status === "in_progress");
    // What is being made there, else what comes next.
    return running.length ? running : there.slice(0, 1);
  }
  return open.filter((order) => order.codes.includes(code.trim()) || order.sku.toLowerCase() === wanted);
}

/** What a person has begun to enter for an order, kept on the device until it is sent. */
export class Drafts {
  constructor(storage, userId) {
    this.storage = storage;
    this.prefix = `smartpos-floor-draft-${userId}`;
  }

  read(orderId) {
    try {
      return JSON.parse(this.storage.getItem(`${this.prefix}-${orderId}`) ?? "null");
    } catch {
      return null;
    }
  }

  keep(orderId, draft) {
    try {
      this.storage.setItem(`${this.prefix}-${orderId}`, JSON.stringify(draft));
    } catch {
      // It is on the screen, then, and nowhere else.
    }
  }

  forget(orderId) {
    try {
      this.storage.removeItem(`${this.prefix}-${orderId}`);
    } catch {
      // Nothing was kept there either.
    }
  }
}
