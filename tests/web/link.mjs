// Linking, from the page to the phone and back.
import assert from 'node:assert/strict'

import { decode, Page, POLL, until } from './lib.mjs'

const CODE = 'whatsapp-pairing.html?company='
const QR = 'whatsapp-qr.html?company='

let world, browser, dir

export async function setup(t) {
	dir = t.dir
	browser = t.browser
	world = await t.world()
}

const open = (where, options) => Page.open(browser, world, where, options)
const picture = p => p.page.locator('#paper').screenshot()

// The QR code as a phone would read it off the screen.
const scanned = p => until(async () => await p.isVisible('qr') &&
	decode(await picture(p), dir), 'a QR code that can be read')

export const tests = {
	async 'by QR code'() {
		const p = await open(`${QR}qr1&lang=en`)
		await p.shown('qr')
		await p.page.waitForFunction(() => document.getElementById('qr').src.startsWith('data:image/svg'),
			null, POLL)
		await world.sim.do('scan', { text: await scanned(p), phone: '79001110001', until: 'login' })
		await p.shown('done')
		await p.says('number', 'Number ending in 0001')
		assert.equal(await p.isVisible('qr'), false)
		assert.ok(!(await p.page.content()).includes('79001110001'))
		await p.close()
	},

	async 'the QR code is crisp at two and three times the density, and dark'() {
		for (const deviceScaleFactor of [2, 3]) {
			const p = await open(`${QR}qr2&lang=ru`, { deviceScaleFactor, colorScheme: 'dark',
				viewport: { width: 320, height: 700 } })
			await p.shown('qr')
			assert.match(await scanned(p), /,/)
			await p.fits(`QR code at ${deviceScaleFactor}`)
			await p.close()
		}
	},

	async 'by code, from a number with 8 in front'() {
		const p = await open(`${CODE}code1&lang=ru`)
		await p.askCode('8 (900) 111-00-02')
		const code = await p.code()
		assert.match(code, /^[0-9A-Z]{4}-[0-9A-Z]{4}$/)
		await world.sim.do('type', { phone: '79001110002', code: code.replace('-', ''), until: 'login' })
		await p.shown('done')
		await p.says('number', 'оканчивается на 0002')
		assert.equal(p.posts(), 1)
		await p.close()
	},

	async 'copying by the clipboard, without the dash'() {
		const p = await open(`${CODE}copy1&lang=en`)
		await p.context.grantPermissions(['clipboard-read', 'clipboard-write'])
		await p.askCode('79001110003')
		const code = await p.code()
		await p.page.click('#copy')
		await p.says('copied', 'Copied')
		assert.equal(await p.page.evaluate(() => navigator.clipboard.readText()), code.replace('-', ''))
		await p.close()
	},

	async 'a reload and another language keep the code'() {
		const p = await open(`${CODE}copy1&lang=en`)
		const code = await p.code()
		await p.page.reload()
		assert.equal(await p.code(), code)
		await p.page.click('#lang')
		await p.page.waitForSelector('text=Ваш код подключения')
		assert.equal(await p.text('code'), code)
		assert.equal(p.posts(), 0)
		await p.close()
	},

	async 'another number replaces the code; from there to the QR page and back'() {
		const p = await open(`${CODE}change1&lang=en`)
		await p.askCode('79001110004')
		const first = await p.code()
		await p.page.click('#change')
		await p.askCode('79001110005')
		const second = await p.code()
		assert.notEqual(second, first)
		await p.page.click('#other')
		await scanned(p)
		await p.page.click('#other')
		await p.shown('live')
		await p.close()
	},

	async 'one page links, the other hears of it'() {
		const a = await open(`${QR}both&lang=en`), b = await open(`${CODE}both&lang=en`)
		await b.shown('ask')
		await world.sim.do('scan', { text: await scanned(a), phone: '79001110006', until: 'login' })
		await Promise.all([a.shown('done'), b.shown('done')])
		await a.close()
		await b.close()
	},

	async 'linked already: both pages say so and ask for nothing'() {
		const attempts = (await world.sim.do('status')).registrations
		for (const where of [CODE, QR]) {
			const p = await open(`${where}both&lang=en`)
			await p.shown('done')
			assert.equal(await p.isVisible('ask'), false)
			await p.close()
		}
		assert.equal((await world.sim.do('status')).registrations, attempts)
	},

	async 'the server is lost for a while: no code meanwhile, then all goes on'() {
		const p = await open(`${CODE}lost1&lang=en`)
		await p.askCode('79001110007')
		await p.code()
		await world.halt('SIGKILL')
		await p.says('offline', 'No connection to this server')
		await p.says('offline', 'state is unknown')
		await p.hidden('live')
		assert.equal(await p.text('code'), '')
		assert.equal(await p.text('state'), '')
		assert.equal(await p.isVisible('ask'), false)
		await p.check('offline')
		await world.serve()
		await p.page.waitForFunction(() => document.getElementById('offline').textContent === '',
			null, POLL)
		await p.shown('ask')
		await p.askCode('79001110007')
		await p.code()
		await p.close()
	},

	async 'without a network'() {
		const p = await open(`${QR}lost2&lang=en`, { isAlone: true })
		await scanned(p)
		await p.context.setOffline(true)
		await p.hidden('qr')
		await p.says('offline', 'No connection')
		await p.context.setOffline(false)
		await scanned(p)
		await p.close()
	},

	async 'no request is made by a page that is only looked at'() {
		const before = (await world.sim.do('status')).registrations
		const p = await open(`${CODE}looked&lang=en`)
		await p.says('state', 'Not linked yet')
		assert.equal((await world.api('looked/status')).http, 404)
		assert.equal((await world.sim.do('status')).registrations, before)
		await p.close()
	},
}
