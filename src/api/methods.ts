import type { RequestHandler, Router } from 'express';
import { HttpProblem } from './http-problem';

type Method = 'get' | 'post' | 'put';

/** Adds a route that takes exactly these methods and refuses every other with 405 and `Allow`. */
export function addRoute(
  router: Router,
  path: string,
  handlers: Partial<Record<Method, RequestHandler | RequestHandler[]>>,
): void {
  const route = router.route(path);
  for (const [method, handler] of Object.entries(handlers)) route[method as Method](handler);
  const allow = Object.keys(handlers)
    .flatMap((method) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]))
    .join(', ');
  route.all(function refuseMethod(request, response) {
    response.set('Allow', allow);
    throw new HttpProblem('method-not-allowed', `${request.method} is not possible here; use ${allow}`);
  });
}
