// What the tests stand on: simulators, listeners, pages.
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import { createRequire } from 'node:module'
import { promisify } from 'node:util'

import { Wasim } from '../peer/wasim.mjs'

const run = promisify(execFile)
const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core'), 'utf8')

export const WAIT_MS = 30000
export const POLL = { polling: 40 }	// not each frame: that would draw them all

export async function freePort() {
	const server = net.createServer()
	await new Promise(done => server.listen(0, '127.0.0.1', done))
	const { port } = server.address()
	await new Promise(done => server.close(done))
	return port
}

// Waits until `look` gives something; for what has no event to wait for.
export async function until(look, what, ms = WAIT_MS) {
	for (const end = Date.now() + ms; ;) {
		const got = await look()
		if (got)
			return got
		assert.ok(Date.now() < end, `in time: ${what}`)
		await new Promise(done => setTimeout(done, 50))
	}
}

// A simulator and a listener that dials it, in a directory of their own.
export class World {
	static async start(programs, dir, { env = {}, sim = [] } = {}) {
		const world = new World()
		fs.mkdirSync(dir, { recursive: true })
		world.programs = programs
		world.dir = dir
		world.sim = await Wasim.start(programs.wasim, dir, ...sim)
		world.port = await freePort()
		world.url = `http://127.0.0.1:${world.port}/`
		const { url, noise_root_key, version_url, ca_file } = world.sim.ready
		world.env = {
			PATH: '/usr/bin:/bin', HOME: dir, LANG: 'C.UTF-8', TERM: 'dumb',
			PAIRDESK_STATE_DIR: `${dir}/state`,
			PAIRDESK_WHATSAPP_URL: url,
			PAIRDESK_WHATSAPP_NOISE_ROOT_KEY: noise_root_key,
			PAIRDESK_WHATSAPP_VERSION_URL: version_url,
			PAIRDESK_WHATSAPP_CA_FILE: ca_file,
			PAIRDESK_LIMIT_COMPANY_PER_MINUTE: '0',
			PAIRDESK_LIMIT_SOURCE_PER_MINUTE: '0',
			PAIRDESK_LIMIT_LINKS_PER_HOUR: '0',
			PAIRDESK_LIMIT_LINKS_PER_HOUR_SOURCE: '0',
			ASAN_OPTIONS: 'exitcode=99',
			...env,
		}
		await world.serve()
		return world
	}

	async serve() {
		const log = fs.openSync(`${this.dir}/serve.log`, 'a')
		this.child = spawn(this.programs.pairdesk,
			['serve', '--http', `127.0.0.1:${this.port}`],
			{ env: this.env, cwd: this.dir, stdio: ['ignore', log, log] })
		fs.closeSync(log)
		this.ended = new Promise(done => this.child.on('exit', done))
		await until(() => {
			assert.equal(this.child.exitCode, null, 'pairdesk serve runs; ' +
				fs.readFileSync(`${this.dir}/serve.log`, 'utf8').slice(-2000))
			return fetch(`${this.url}health`).then(a => a.ok, () => false)
		}, 'listener')
	}

	async halt(signal = 'SIGTERM') {
		this.child.kill(signal)
		return this.ended
	}

	async api(path, options) {
		const answer = await fetch(`${this.url}api/whatsapp/sessions/${path}`, options)
		return { http: answer.status, ...await answer.json() }
	}

	// Links a company without a browser.
	async linked(company, phone) {
		const got = await this.api(`${company}/qr`)
		await this.sim.do('scan', { text: got.data.text, phone, until: 'login' })
		await until(async () => (await this.api(`${company}/status`)).data?.connected,
			`${company} connected`)
	}

	async stop() {
		await this.halt()
		this.sim.stop()
	}
}

const VIEW = { width: 1280, height: 900 }

const contexts = new Map()

// A process of the browser for each page would be most of the work: pages
// alike share a context, and with --process-per-site a process.
function contextOf(browser, world, options) {
	const all = { viewport: VIEW, locale: 'en-GB', ...options }
	const key = JSON.stringify([world.url, all])
	if (!contexts.has(key))
		contexts.set(key, browser.newContext(all))
	return contexts.get(key)
}

// A browser's page that keeps account of what it must not do.
export class Page {
	// isAlone: a context of its own, for who sets its clock or network.
	static async open(browser, world, path, { before, isAlone, ...options } = {}) {
		const self = new Page()
		self.isAlone = isAlone
		self.context = await (isAlone ?
			browser.newContext({ viewport: VIEW, locale: 'en-GB', ...options }) :
			contextOf(browser, world, options))
		self.page = await self.context.newPage()
		self.world = world
		self.requests = []
		self.bad = []
		self.page.on('request', r => {
			self.requests.push(`${r.method()} ${r.url()}`)
			if (!r.url().startsWith(world.url) && !r.url().startsWith('data:'))
				self.bad.push(`third party: ${r.url()}`)
			if (/[?&]t=/.test(r.url()) || r.url().includes('pd_'))
				self.bad.push(`token in ${r.url()}`)
		})
		self.page.on('pageerror', e => self.bad.push(`script: ${e.message}`))
		self.page.on('console', m => {
			if (/Content Security Policy/.test(m.text()))
				self.bad.push(m.text())
		})
		self.page.setDefaultTimeout(WAIT_MS)
		if (before)
			await before(self)
		await self.page.goto(world.url + path)
		return self
	}

	shown(id) {
		return this.page.waitForSelector(`#${id}`, { state: 'visible' })
	}

	hidden(id) {
		return this.page.waitForSelector(`#${id}`, { state: 'hidden' })
	}

	async text(id) {
		return (await this.page.textContent(`#${id}`)).trim()
	}

	// Waits until the element says so.
	says(id, part) {
		return this.page.waitForFunction(([i, p]) =>
			document.getElementById(i).textContent.includes(p), [id, part], POLL)
	}

	isVisible(id) {
		return this.page.isVisible(`#${id}`)
	}

	posts() {
		return this.requests.filter(r => r.startsWith('POST')).length
	}

	async askCode(phone) {
		await this.shown('ask')
		await this.page.fill('#phone', phone)
		await this.page.click('#get')
	}

	async code() {
		await this.shown('live')
		return this.text('code')
	}

	async fits(what) {
		assert.equal(await this.page.evaluate(() =>
			document.documentElement.scrollWidth > innerWidth), false, `scrolls sideways: ${what}`)
	}

	// axe-core, and no horizontal scrolling.
	async check(what) {
		await this.fits(what)
		await this.page.evaluate(axe)
		const { violations } = await this.page.evaluate(() => axe.run(document, {
			resultTypes: ['violations'],
			runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }))
		assert.deepEqual(violations.map(v => `${v.id}: ${v.nodes.map(n => n.html)}`), [], `axe: ${what}`)
	}

	async close() {
		if (this.isAlone) {
			await this.context.close()
		} else {
			await this.page.evaluate(() => localStorage.clear())
			await this.page.close()
		}
		assert.deepEqual(this.bad, [])
	}
}

// What zbarimg reads in the picture; '' nothing.
export async function decode(png, dir) {
	const file = `${dir}/qr-${process.hrtime.bigint()}.png`
	fs.writeFileSync(file, png)
	const got = await run('zbarimg', ['--raw', '-q', file]).catch(() => ({ stdout: '' }))
	fs.unlinkSync(file)
	return got.stdout.trim()
}
