// How the pages look in each state: axe-core, no scrolling sideways, words.
import assert from 'node:assert/strict'

import { Fake } from './fake.mjs'
import { Page } from './lib.mjs'

const CODE = 'whatsapp-pairing.html?company='
const QR = 'whatsapp-qr.html?company='
const SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M1 1h3v3h-3z"/></svg>'
const MINUTE = 60000
const PHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 13_0 like Mac OS X)'	// asks for no QR code by itself

const PANELS = [
	['reconnecting', 'network_blocked'], ['logged_out', 'unlinked'], ['logged_out', 'account_locked'],
	['banned', 'temporary'], ['banned', 'permanent'], ['conflict', 'replaced'],
	['cooldown', 'rate_limited'], ['cooldown', 'budget'], ['outdated', 'client_outdated'],
	['error', 'store_damaged'], ['idle', 'code_expired'], ['idle', 'paused'],
]

const LOOKS = [['light', 320, 'ru'], ['dark', 360, 'en'], ['dark', 1280, 'ru'], ['light', 1280, 'en']]

let fake, browser

export async function setup(t) {
	fake = await Fake.start()
	browser = t.browser
}

export async function teardown() {
	fake?.stop()
}

const open = (where, options) => Page.open(browser, fake, where, options)

// Every state on one page, the last also in the other language. What axe
// looks for is the same in each, but for colours and width.
function panels([colorScheme, width, lang], i) {
	return [`what is wrong: from ${lang}, ${width} px, ${colorScheme}`, async () => {
		const company = `panels${i}`
		fake.set(company, 'idle', 'never_linked')
		const p = await open(`${i % 2 ? QR : CODE}${company}&lang=${lang}`,
			{ colorScheme, viewport: { width, height: 700 }, userAgent: PHONE })
		for (const [status, reason] of PANELS)
			await told(p, company, lang, status, reason)
		await p.check(company)
		const other = lang === 'ru' ? 'en' : 'ru'
		await p.page.click('#lang')
		await p.says('trouble-title', other === 'ru' ? 'Состояние:' : 'state is')
		assert.equal(await p.page.evaluate(() => document.documentElement.lang), other)
		await p.close()
	}]
}

async function told(p, company, lang, status, reason) {
	const until = /temporary|rate_limited|budget/.test(reason) ?
		new Date(Date.now() + MINUTE).toISOString() : null
	const advice = `${lang === 'ru' ? 'Сделайте' : 'Do this'}: ${reason}.`
	fake.set(company, status, reason, { until, advice })
	await p.says('trouble-advice', advice)
	const seen = await p.page.evaluate(() => {
		const isSeen = id => document.getElementById(id).offsetHeight > 0
		return { title: document.getElementById('trouble-title').textContent, clock: isSeen('clock'),
			ask: isSeen('ask'), other: isSeen('other'),
			wide: document.documentElement.scrollWidth > innerWidth }
	})
	assert.deepEqual(seen, { title: lang === 'ru' ? `Состояние: ${status}.` : `The state is ${status}.`, clock: !!until,
		ask: !until && /network_blocked|unlinked|locked|damaged|expired/.test(reason), other: true, wide: false }, reason)
}

export const tests = {
	...Object.fromEntries(LOOKS.map(panels)),

	async 'form, code, QR code, passkey and the end: no violation of axe'() {
		for (const [colorScheme, width, lang] of [['light', 320, 'ru'], ['dark', 1280, 'en']]) {
			const options = { colorScheme, viewport: { width, height: 700 } }
			const id = `look${width}`
			fake.companies.delete(id)
			let p = await open(`${CODE}${id}&lang=${lang}`, options)
			await p.shown('ask')
			await p.page.fill('#phone', '12')
			await p.page.press('#phone', 'Enter')
			await p.check('form with a fault')
			fake.show(id, { code: 'ABCD-EFGH' }, MINUTE)
			await p.page.reload()
			await p.code()
			await p.check('code')
			fake.set(id, 'passkey_required', 'passkey')
			await p.shown('passkey')
			await p.check('passkey')
			fake.companies.get(id).show = null
			fake.set(id, 'pairing', 'finishing')
			await p.says('state', 'pairing')
			assert.equal(await p.isVisible('ask'), false)
			fake.set(id, 'connected', 'ok', { phoneNumber: '79001234567' })
			await p.shown('done')
			assert.match(await p.text('number'), /4567$/)
			assert.ok(!(await p.page.content()).includes('79001234567'), 'masked')
			assert.equal(await p.page.evaluate(() => document.activeElement.id), 'done')
			await p.check('connected')
			await p.close()
			fake.show(id, { svg: SVG, text: 'x' }, MINUTE)
			p = await open(`${QR}${id}&lang=${lang}`, options)
			await p.shown('qr')
			assert.ok((await p.page.locator('#qr').boundingBox()).width >= 240)
			await p.check('QR code')
			await p.close()
			p = await open(`?lang=${lang}`, options)
			await p.check('landing page')
			await p.close()
		}
	},
}
