// The official SDK's side of the alternating run: one JSON line in, one JSON line out.
//   node sdk_rounds.cjs FOLDER_OF_THE_SDK CLOCK_IN_MS
// {"load": {"payloads": [...], "inputs": [...], "parts": n, "lead": n}}  keeps what the rounds work on
// {"check": true}                        what the SDK makes of all of it, for comparison
// {"part": n, "task": "read" | "write"}  once over that part; answers nanoseconds
"use strict";

const [, , folder, clock] = process.argv;
const now = Number(clock);
Date.now = () => now;

const { BakongKHQR, IndividualInfo, MerchantInfo } = require(folder);
const sdk = new BakongKHQR();
let payloads = [];
let inputs = [];
let parts = [];
let leads = []; // the first items of each part, taken before the clock runs
let sink = 0; // what the rounds made goes here, so that no compiler can drop the work

function generate({ merchant, given, optional }) {
    if (merchant) {
        const [account, name, city, id, bank] = given;
        return sdk.generateMerchant(new MerchantInfo(account, name, city, id, bank, optional));
    }
    const [account, name, city] = given;
    return sdk.generateIndividual(new IndividualInfo(account, name, city, optional));
}

const tasks = {
    read({ payloads }) {
        for (const payload of payloads) {
            if (BakongKHQR.verify(payload).isValid) sink += 1;
            sink += BakongKHQR.decode(payload).data.crc.length;
        }
    },
    write({ inputs }) {
        for (const input of inputs) {
            const { qr, md5 } = generate(input).data;
            sink += qr.length + md5.length;
        }
    },
};

function answer(message) {
    if (message.load) {
        ({ payloads, inputs } = message.load);
        const { parts: count, lead } = message.load;
        const edge = (number) => Math.floor((payloads.length * number) / count);
        const cut = (items, number) => items.slice(edge(number), edge(number + 1));
        parts = Array.from({ length: count }, (_, number) => ({
            payloads: cut(payloads, number),
            inputs: cut(inputs, number),
        }));
        leads = parts.map((part) => ({
            payloads: part.payloads.slice(0, lead),
            inputs: part.inputs.slice(0, lead),
        }));
        return { loaded: payloads.length };
    }
    if (message.check) {
        return {
            verified: payloads.filter((payload) => BakongKHQR.verify(payload).isValid).length,
            decoded: payloads.map((payload) => BakongKHQR.decode(payload).data),
            generated: inputs.map((input) => generate(input).data),
        };
    }
    const part = parts[message.part];
    const task = tasks[message.task];
    task(leads[message.part]);
    const start = process.hrtime.bigint();
    task(part);
    return { ns: Number(process.hrtime.bigint() - start), sink };
}

require("readline")
    .createInterface({ input: process.stdin })
    .on("line", (line) => process.stdout.write(JSON.stringify(answer(JSON.parse(line))) + "\n"));
