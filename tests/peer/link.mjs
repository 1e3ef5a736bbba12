// The simulator's proof: a client that nobody here wrote links to it by QR and
// by code, survives 515, uploads pre-keys and logs in again. One line a step;
// exit 1 on the first thing that is not as it should be.
//
//   sh node.sh link.mjs [WASIM]
import assert from 'node:assert/strict'
import fs from 'node:fs'
import https from 'node:https'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

import makeSocket, { Browsers, Curve, DisconnectReason, useMultiFileAuthState }
	from 'baileys'
import pino from 'pino'

import { checks, trust } from './strict.mjs'
import { Wasim } from './wasim.mjs'

const LIMIT_MS = 60000
const STEP_MS = 15000
const PRE_KEYS = 812

const here = path.dirname(fileURLToPath(import.meta.url))
const program = path.resolve(process.argv[2] ?? `${here}/../../build/wasim`)
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'peer-'))
const logger = pino({ level: process.env.PEER_LOG ?? 'silent' },
	pino.destination(2))
let sim

function step(text) {
	console.log(`ok ${text}`)
}

// One companion device: keys in a folder, connections one after the other.
class Device {
	constructor(name) {
		this.folder = path.join(dir, name)
	}

	async connect() {
		const { state, saveCreds } = await useMultiFileAuthState(this.folder)
		this.auth = state
		this.socket = makeSocket({
			auth: state,
			logger,
			browser: Browsers.ubuntu('Chrome'),
			waWebSocketUrl: sim.ready.url,
			agent: new https.Agent({ ca: sim.ca }),
			defaultQueryTimeoutMs: STEP_MS,
			fireInitQueries: false,
			markOnlineOnConnect: false,
			syncFullHistory: false,
		})
		this.seen = []
		this.waiting = []
		this.socket.ev.on('creds.update', () => {
			this.saved = saveCreds()
		})
		this.socket.ev.on('connection.update', update => {
			this.seen.push(update)
			this.waiting.forEach(look => look())
		})
	}

	// The first update of this connection that `question` says yes to; an
	// end that was not asked for is an error.
	async until(what, question) {
		let timer
		try {
			return await new Promise((resolve, reject) => {
				const look = () => {
					const found = this.seen.find(question)
					const end = this.seen.find(u => u.connection === 'close')
					if (found)
						resolve(found)
					else if (end)
						reject(new Error(`closed instead of ${what}: ` +
							end.lastDisconnect?.error?.stack))
				}
				this.waiting.push(look)
				timer = setTimeout(() =>
					reject(new Error(`no ${what} in ${STEP_MS} ms`)), STEP_MS)
				look()
			})
		} finally {
			clearTimeout(timer)
		}
	}

	qr() {
		return this.until('QR', u => u.qr).then(u => u.qr)
	}

	open() {
		return this.until('open', u => u.connection === 'open')
	}

	async closedWith(code) {
		const end = await this.until(`end ${code}`,
			u => u.connection === 'close')
		assert.equal(end.lastDisconnect.error?.output?.statusCode, code,
			end.lastDisconnect.error?.stack)
		await this.saved
	}

	async leave() {
		this.socket.end(undefined)
		await this.until('end', u => u.connection === 'close')
	}
}

// What follows pair-success, however it came about.
async function finish(device, phone) {
	await device.closedWith(DisconnectReason.restartRequired)
	step('515 after pairing')
	await device.connect()
	await device.open()
	step(`login as ${device.auth.creds.me.id}`)
	const { count } = await sim.do('prekeys', { phone })
	assert.equal(count, PRE_KEYS)
	await sim.do('wait', { event: 'active', phone, timeout_ms: STEP_MS })
	step(`${count} pre-keys on the server, active`)
}

async function relogin(device, phone) {
	const { seq } = await sim.do('status')
	await device.leave()
	await device.connect()
	await device.open()
	await sim.do('wait',
		{ event: 'login', phone, after: seq, timeout_ms: STEP_MS })
	assert.equal((await sim.do('prekeys', { phone })).uploads, 1)
	step('login again from the saved state')
}

// The strict check against signatures that other implementations made.
function checkTheCheck() {
	const file = `${here}/../vectors/xeddsa.json`
	const vectors = JSON.parse(fs.readFileSync(file)).verify
		.filter(v => v.expected === 'accept' || v.expected === 'reject')
	const bytes = hex => Buffer.from(hex, 'hex')
	for (const v of vectors) {
		const got = Curve.verify(bytes(v.public), bytes(v.message),
			bytes(v.signature))
		assert.equal(got, v.expected === 'accept', `${v.id} ${v.desc}`)
	}
	checks.passed = checks.failed = 0
	step(`signature check agrees with ${vectors.length} vectors`)
}

async function refusesBadRoot() {
	const device = new Device('bad-root')
	await sim.do('fault', { do: 'cert', how: 'root' })
	const before = checks.failed
	await device.connect()
	await assert.rejects(device.qr(), /certificate signature invalid/)
	assert.equal(checks.failed, before + 1)
	step('another root is refused, so the checks are real')
}

async function byQr(phone) {
	const device = new Device('by-qr')
	await device.connect()
	const text = await device.qr()
	step('QR shown')
	const [head, tail] = [text.slice(0, -20), text.slice(-20)]
	const bad = await sim.ask('scan', { text: head + '!' + tail, phone })
	assert.equal(bad.ok, false, 'a damaged QR was scanned')
	await sim.do('scan',
		{ text, phone, until: 'linked', timeout_ms: STEP_MS })
	const made = await sim.do('prekeys', { phone })
	assert.equal(made.jid, `${phone}:1@s.whatsapp.net`)
	step('phone scanned the QR, device signature accepted')
	await finish(device, phone)
	await relogin(device, phone)

	await sim.do('unlink', { phone })
	await device.closedWith(DisconnectReason.loggedOut)
	step('unlinked by the phone: 401')
	await device.connect()
	await device.closedWith(DisconnectReason.loggedOut)
	step('and refused at the next login')
}

async function byCode(phone) {
	const device = new Device('by-code')
	await device.connect()
	await device.qr()
	const code = await device.socket.requestPairingCode(phone)
	await sim.do('wait',
		{ event: 'companion_hello', phone, timeout_ms: STEP_MS })
	step('pairing code accepted by the server')
	const other = code.startsWith('A') ? 'B' : 'A'
	const bad = await sim.ask('type', { phone, code: other + code.slice(1) })
	assert.equal(bad.error, 'wrong-code')
	await sim.do('type',
		{ phone, code, until: 'linked', timeout_ms: STEP_MS })
	step('phone took the code, after refusing a wrong one')
	await finish(device, phone)
	await relogin(device, phone)
	await device.leave()
}

async function main() {
	sim = await Wasim.start(program, dir, '--reply-ms', '5000')
	trust(sim.ready.noise_root_key)
	checkTheCheck()
	await refusesBadRoot()
	await byQr('79001112233')
	await byCode('4915112345678')

	const { violations } = await sim.do('violations')
	assert.deepEqual(violations, [])
	// two of a certificate chain each time, one of each pair-success
	assert.equal(checks.failed, 1)
	assert.equal(checks.passed, 2 * 7 + 2 + 1)
	step(`${checks.passed} signatures verified, no violation seen`)
}

function end(code) {
	sim?.stop()
	fs.rmSync(dir, { recursive: true, force: true })
	process.exit(code)
}

process.on('unhandledRejection', error => {
	console.log(`FAIL ${error.stack}`)
	end(1)
})
setTimeout(() => {
	console.log(`FAIL not done in ${LIMIT_MS} ms`)
	end(1)
}, LIMIT_MS)
main().then(() => end(0), error => {
	console.log(`FAIL ${error.stack}`)
	end(1)
})
