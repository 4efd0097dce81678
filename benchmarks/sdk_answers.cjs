// The official SDK's answers to any input: one JSON line in, one JSON line out.
//   node sdk_answers.cjs FOLDER_OF_THE_SDK CLOCK_IN_MS
// {"generate": {merchant, given, optional}}  -> {"qr"} or {"number"} or {"exception"} or {"hang"}
// {"read": "..."}  -> {"verify": true | false, "number": ..., "decode": {...}}, each perhaps "hang"
// The SDK never returns on some inputs, so that every call runs under a time limit.
"use strict";

const vm = require("vm");
const path = require("path");

const [, , folder, clock] = process.argv;
const now = Number(clock);
Date.now = () => now;

const LIMIT = { timeout: 250 };
const { BakongKHQR, IndividualInfo, MerchantInfo } = require(folder);
const walk = require(path.join(folder, "src", "controller", "decodeValidation.js"));
const crc16 = require(path.join(folder, "src", "helper", "crc16.js"));
const sdk = new BakongKHQR();

function guarded(work) {
    globalThis.work = work;
    try {
        return vm.runInThisContext("work()", LIMIT);
    } catch (error) {
        if (error && error.code === "ERR_SCRIPT_EXECUTION_TIMEOUT") return "hang";
        throw error;
    }
}

function generate({ merchant, given, optional }) {
    try {
        const [account, name, city, id, bank] = given;
        const answer = merchant
            ? sdk.generateMerchant(new MerchantInfo(account, name, city, id, bank, optional))
            : sdk.generateIndividual(new IndividualInfo(account, name, city, optional));
        if (answer.status.code !== 0) return { number: answer.status.errorCode };
        const { qr, md5 } = answer.data;
        return typeof qr === "string" ? { qr, md5 } : { exception: String(qr) };
    } catch (error) {
        return { exception: String(error) };
    }
}

// The number that the SDK's verify swallows: 8 for what it tests before its walk, then the first
// refusal of the walk, null for any other error.
function numberOf(payload) {
    const sealed = /6304[A-Fa-f0-9]{4}$/.test(payload) && payload.length >= 12;
    if (!sealed || crc16(payload.slice(0, -4)) !== payload.slice(-4).toUpperCase()) return 8;
    try {
        walk(payload);
        return null;
    } catch (error) {
        return error && error.status ? error.status.errorCode : null;
    }
}

function read(payload) {
    const verify = guarded(() => BakongKHQR.verify(payload).isValid);
    if (verify === "hang") return { verify, decode: verify };
    const number = verify ? null : guarded(() => numberOf(payload));
    return { verify, number, decode: guarded(() => BakongKHQR.decode(payload).data) };
}

function answer(message) {
    if (message.generate) return guarded(() => generate(message.generate));
    return read(message.read);
}

require("readline")
    .createInterface({ input: process.stdin })
    .on("line", (line) => process.stdout.write(JSON.stringify(answer(JSON.parse(line))) + "\n"));
