/**
 * The demo system: an online shop of 13 services. Its small requests (session, currencies, offers)
 * are steady, its large ones (checkout, home page) are made of many noisy operations. That is what
 * the entropy gap needs (paper, section 5.2): an anomaly of a small trace may cost fewer nats than
 * the ordinary noise of a large one.
 */
import type { Milliseconds } from '../base/units.ts';
import type { OperationDescription, Step, SystemDescription } from './system.ts';

/**
 * Memory, caches and short handlers: at once, or after a short wait. Two modes have a p99 of few
 * standard deviations, so that a slowdown of a few times p99 is a modest surprise.
 */
function steady(
  workMs: Milliseconds,
  waitMs: Milliseconds,
  steps: readonly Step[] = [],
): OperationDescription {
  const wait = { probability: 0.5, medianMs: waitMs };
  return { workMs, spread: 0.1, loadSensitivity: 0.05, wait, steps };
}

/** Application code: follows the load of its service. */
function busy(workMs: Milliseconds, steps: readonly Step[] = []): OperationDescription {
  return { workMs, spread: 0.4, loadSensitivity: 0.2, steps };
}

/** Databases, models and the outside world: noise of their own. */
function noisy(workMs: Milliseconds, steps: readonly Step[] = []): OperationDescription {
  return { workMs, spread: 0.6, loadSensitivity: 0.2, steps };
}

const maybe = (probability: number, ...steps: Step[]): Step => ({
  kind: 'maybe',
  probability,
  steps,
});
const repeat = (min: number, max: number, ...steps: Step[]): Step => ({
  kind: 'repeat',
  min,
  max,
  steps,
});
const parallel = (...steps: Step[]): Step => ({ kind: 'parallel', steps });
const retry = (operation: string, failure: number, attempts: number): Step => ({
  kind: 'retry',
  operation,
  failure,
  attempts,
});
/** Answered from the cache, or else from what the miss steps fetch. */
const cached = (hit: number, lookup: string, ...miss: Step[]): Step => ({
  kind: 'choice',
  branches: [
    { weight: hit, steps: [lookup] },
    { weight: 1 - hit, steps: [lookup, ...miss] },
  ],
});

export const ONLINE_SHOP: SystemDescription = {
  name: 'online shop',
  entries: [
    { operation: 'frontend/GET /currencies', weight: 8 },
    { operation: 'frontend/GET /session', weight: 8 },
    { operation: 'frontend/GET /offers', weight: 8 },
    { operation: 'frontend/POST /login', weight: 8 },
    { operation: 'frontend/POST /cart', weight: 10 },
    { operation: 'frontend/GET /orders', weight: 8 },
    { operation: 'frontend/GET /search', weight: 12 },
    { operation: 'frontend/GET /product', weight: 14 },
    { operation: 'frontend/GET /cart', weight: 12 },
    { operation: 'frontend/GET /', weight: 28 },
    { operation: 'frontend/POST /checkout', weight: 60 },
  ],
  operations: {
    'frontend/GET /currencies': steady(0.3, 14, ['currency/ListCurrencies']),
    'frontend/GET /session': steady(0.25, 12, ['user/ValidateSession']),
    'frontend/GET /offers': steady(0.35, 15, ['promotion/ListOffers']),
    'frontend/POST /login': steady(0.4, 18, [
      'user/Login',
      maybe(0.3, 'notification/SendSecurityNotice'),
    ]),
    'frontend/POST /cart': busy(2.5, ['user/ValidateSession', 'cart/AddItem']),
    'frontend/GET /orders': busy(4, [
      'user/Authorize',
      'checkout/ListOrders',
      maybe(0.5, 'shipping/TrackShipment'),
    ]),
    'frontend/GET /search': busy(6, [
      'search/Query',
      parallel(repeat(1, 5, 'catalog/GetProduct'), 'currency/Convert'),
      maybe(0.3, 'search/Suggest'),
    ]),
    'frontend/GET /product': busy(5, [
      'catalog/GetProduct',
      parallel('inventory/CheckStock', 'currency/Convert', 'recommendation/ListRecommendations'),
      maybe(0.4, 'promotion/ListOffers'),
    ]),
    'frontend/GET /cart': busy(5, [
      'user/ValidateSession',
      'cart/GetCart',
      repeat(1, 4, 'catalog/GetProduct', 'inventory/CheckStock'),
      parallel('currency/Convert', 'shipping/GetQuote'),
      maybe(0.4, 'promotion/ApplyCoupon'),
    ]),
    'frontend/GET /': busy(9, [
      'user/Authorize',
      parallel(
        'checkout/ListOrders',
        'currency/ListCurrencies',
        'cart/GetCart',
        'promotion/ListOffers',
        'recommendation/ListRecommendations',
        'search/Suggest',
      ),
      repeat(2, 6, 'catalog/GetProduct', 'inventory/CheckStock', 'currency/Convert'),
    ]),
    'frontend/POST /checkout': busy(8, [
      'user/Authorize',
      maybe(0.5, 'user/UpdateAddress'),
      'checkout/PlaceOrder',
    ]),

    'user/ValidateSession': steady(0.15, 3, [
      cached(0.75, 'user/redis GET session', 'user/SELECT sessions'),
    ]),
    'user/Authorize': busy(1.5, ['user/SELECT users']),
    'user/UpdateAddress': noisy(3),
    'user/Login': steady(0.3, 5, ['user/bcrypt Compare', maybe(0.4, 'user/redis SET session')]),
    'user/bcrypt Compare': steady(0.1, 1),
    'user/redis GET session': steady(0.03, 0.5),
    'user/redis SET session': steady(0.03, 0.5),
    'user/SELECT sessions': steady(0.1, 1),
    'user/SELECT users': noisy(1.8),

    'catalog/GetProduct': busy(1.6, [
      cached(0.8, 'catalog/redis GET product', 'catalog/SELECT products'),
    ]),
    'catalog/redis GET product': steady(0.03, 0.5),
    'catalog/SELECT products': noisy(4),

    'search/Query': busy(5, ['search/index Lookup', 'search/Rank']),
    'search/index Lookup': noisy(9),
    'search/Rank': noisy(6),
    'search/Suggest': busy(2, ['search/index Lookup']),

    'recommendation/ListRecommendations': busy(3, [
      'recommendation/model Predict',
      parallel(repeat(2, 4, 'catalog/GetProduct')),
    ]),
    'recommendation/Related': busy(3, ['recommendation/model Predict']),
    'recommendation/model Predict': noisy(14),

    'cart/GetCart': busy(1.5, ['cart/redis HGETALL']),
    'cart/AddItem': busy(1.8, ['inventory/CheckStock', 'cart/redis HSET']),
    'cart/Clear': busy(1.2, ['cart/redis DEL']),
    'cart/redis HGETALL': noisy(0.6),
    'cart/redis HSET': steady(0.04, 0.6),
    'cart/redis DEL': noisy(0.5),

    'inventory/CheckStock': busy(1.2, ['inventory/SELECT stock']),
    'inventory/Reserve': busy(2.5, ['inventory/SELECT stock', 'inventory/UPDATE stock']),
    'inventory/SELECT stock': noisy(1.6),
    'inventory/UPDATE stock': noisy(3),

    'currency/ListCurrencies': steady(0.15, 3, [maybe(0.35, 'currency/SELECT rates')]),
    'currency/Convert': steady(0.05, 0.6),
    'currency/SELECT rates': steady(0.08, 0.8),

    'promotion/ListOffers': steady(0.2, 3.5, [maybe(0.4, 'promotion/SELECT offers')]),
    'promotion/SELECT offers': steady(0.1, 0.9),
    'promotion/ApplyCoupon': busy(2, ['promotion/SELECT coupons']),
    'promotion/SELECT coupons': noisy(2.5),

    'shipping/GetQuote': busy(2, ['shipping/carrier GET rates']),
    'shipping/TrackShipment': busy(2, ['shipping/carrier GET status']),
    'shipping/CreateShipment': busy(3, [
      'shipping/carrier POST label',
      'shipping/INSERT shipments',
    ]),
    'shipping/carrier GET rates': noisy(22),
    'shipping/carrier GET status': noisy(18),
    'shipping/carrier POST label': noisy(35),
    'shipping/INSERT shipments': noisy(3),

    'payment/Charge': busy(4, [
      maybe(0.5, 'payment/FraudCheck'),
      retry('payment/bank Authorize', 0.15, 3),
      'payment/INSERT transactions',
    ]),
    'payment/FraudCheck': noisy(12),
    'payment/bank Authorize': noisy(45),
    'payment/INSERT transactions': noisy(3),

    'checkout/ListOrders': busy(3, ['checkout/SELECT orders']),
    'checkout/SELECT orders': noisy(6),
    'checkout/PlaceOrder': busy(7, [
      'cart/GetCart',
      parallel(repeat(1, 5, 'catalog/GetProduct')),
      'currency/Convert',
      'shipping/GetQuote',
      maybe(0.5, 'promotion/ApplyCoupon'),
      'inventory/Reserve',
      'payment/Charge',
      'shipping/CreateShipment',
      'checkout/INSERT orders',
      parallel('cart/Clear', 'notification/SendConfirmation'),
      maybe(0.5, 'recommendation/Related'),
    ]),
    'checkout/INSERT orders': noisy(4),

    'notification/SendConfirmation': noisy(3, ['notification/smtp Send']),
    'notification/SendSecurityNotice': steady(0.1, 1.5),
    'notification/smtp Send': noisy(16),
  },
};
