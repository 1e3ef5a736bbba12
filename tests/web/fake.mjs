// A listener that says what a test wants: the files of public/ and an API of
// canned answers, for what the real one can hardly be brought to.
import fs from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const PUBLIC = fileURLToPath(new URL('../../public', import.meta.url))
const TYPES = { '.html': 'text/html', '.css': 'text/css', '.js': 'text/javascript' }
export const CSP = "default-src 'none'; img-src 'self' data:; style-src 'self'; " +
	"script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'"

const iso = ms => new Date(ms).toISOString()

export class Fake {
	static async start() {
		const fake = new Fake()
		fake.companies = new Map()
		fake.handlers = new Map()	// 'METHOD what' -> (answer, request, body)
		fake.skew = 0
		fake.seen = []
		fake.server = http.createServer((q, a) => fake.answer(q, a))
		await new Promise(done => fake.server.listen(0, '127.0.0.1', done))
		fake.url = `http://127.0.0.1:${fake.server.address().port}/`
		return fake
	}

	now() {
		return Date.now() + this.skew
	}

	// Sets the status of a company and tells those that listen.
	set(company, status, reason, more = {}) {
		const old = this.companies.get(company) ?? { version: 0, streams: new Set() }
		const state = { ...old, status, reason, more, version: old.version + 1 }
		if (status !== 'qr' && status !== 'code')
			state.show = null
		this.companies.set(company, state)
		for (const s of state.streams)
			this.tell(s, company)
	}

	object(company, lang) {
		const { status, reason, more, version } = this.companies.get(company)
		const ru = lang.startsWith('ru')
		return { companyId: company, name: null, connected: status === 'connected',
			status, reason, phoneNumber: null, since: iso(this.now()), nextAttemptAt: null,
			stateVersion: version, serverTime: iso(this.now()),
			message: ru ? `Состояние: ${status}.` : `The state is ${status}.`,
			advice: ru ? 'Сделайте то-то.' : 'Do this.', ...more }
	}

	send(stream, event, data) {
		stream.answer.write(`id: boot-1\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
	}

	tell(stream, company) {
		const { show } = this.companies.get(company)
		this.send(stream, 'status', this.object(company, stream.lang))
		if (show)
			this.send(stream, show.code ? 'code' : 'qr',
				{ ...show, serverTime: iso(this.now()) })
	}

	// Puts a code or a QR code on show for so long.
	show(company, what, lifeMs, windowMs = lifeMs) {
		const state = this.companies.get(company) ?? { version: 0, streams: new Set() }
		state.show = { companyId: company, qr: 'data:image/png;base64,iVBORw0KGgo=', ...what, attempt: 1, attemptsLeft: 5,
			expiresAt: iso(this.now() + lifeMs), windowEndsAt: iso(this.now() + windowMs) }
		this.companies.set(company, state)
		this.set(company, what.code ? 'code' : 'qr', null)
		return state.show
	}

	async answer(request, answer) {
		const url = new URL(request.url, this.url)
		const [, company, what] = /^\/api\/whatsapp\/sessions\/([^/]+)\/(.+)$/.exec(url.pathname) ?? []
		let body = ''

		this.seen.push(`${request.method} ${url.pathname}`)
		if (url.pathname === '/health')
			return this.json(answer, 200, { status: 'ok' }, { 'X-Pairdesk-Version': '1.2.3' })
		if (!company)
			return this.file(answer, url.pathname)
		for await (const piece of request)
			body += piece
		const handler = this.handlers.get(`${request.method} ${what}`)
		if (handler)
			return handler(answer, request, body && JSON.parse(body), company)
		const lang = request.headers['accept-language'] ?? 'en'
		const state = this.companies.get(company)
		if (!state)
			return this.json(answer, 404, { success: false, error: 'no', errorCode: 'SESSION_NOT_FOUND' })
		if (what === 'status')
			return this.json(answer, 200, { success: true, data: this.object(company, lang) })
		if (what === 'qr')
			return this.json(answer, 200, { success: true, data: state.show })
		answer.writeHead(200, { 'Content-Type': 'text/event-stream' })
		answer.write('retry: 2000\n\n')
		const stream = { answer, lang }
		state.streams.add(stream)
		answer.on('close', () => state.streams.delete(stream))
		this.tell(stream, company)
	}

	json(answer, code, object, fields = {}) {
		answer.writeHead(code, { 'Content-Type': 'application/json; charset=utf-8', ...fields })
		answer.end(JSON.stringify(object))
	}

	file(answer, name) {
		const file = path.join(PUBLIC, path.basename(name) || 'index.html')
		if (!fs.existsSync(file)) {
			answer.writeHead(404)
			return answer.end()
		}
		answer.writeHead(200, { 'Content-Type': `${TYPES[path.extname(file)]}; charset=utf-8`,
			'Content-Security-Policy': CSP })
		answer.end(fs.readFileSync(file))
	}

	stop() {
		this.server.closeAllConnections()
		this.server.close()
	}
}
