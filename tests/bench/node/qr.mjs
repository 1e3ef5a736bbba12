// The usual way to hand out a QR: Express and the package qrcode, drawn for
// each request. qr.mjs TEXT; says its port and serves until it is ended.
import express from "express";
import QRCode from "qrcode";

const text = process.argv[2];
const app = express();

app.get("/qr", async (request, response) => {
	const qr = await QRCode.toDataURL(text);
	response.json({ success: true, data: { qr, timeout: 60000, text } });
});
const server = app.listen(0, "127.0.0.1", () => {
	console.log(JSON.stringify({ port: server.address().port }));
});
setTimeout(() => process.exit(1), 600000);
