// On a city's page: keep its branches for reading without a network, bring them up to date when
// the reader comes by, or let go of them. The worker (docs/worker/cities.js) stores.

import { readable } from "./kept.js";

const root = document.querySelector("[data-jq-keepcity]");
const { jqKeepcity: code, jqFinder: finder } = root.dataset;
const words = JSON.parse(root.querySelector("script").textContent);
const [button, said] = [root.querySelector("button"), root.querySelector("[role=status]")];
const title = document.querySelector("h1").textContent;

/** Offers it; `tools` are those of offline.js. */
export const offer = ({ ask, refused }) => {
  const mine = async () => (await readable()).cities.find(one => one.code === code);
  const draw = async text => {
    const there = await mine();
    root.hidden = refused();
    button.textContent = there ? words.drop : words.keep;
    said.textContent = text || "";
    return there;
  };
  const keep = async () => {
    button.disabled = true;
    try {
      const asked = { code, title, page: location.pathname, finder };
      await ask("city", asked, share => { said.textContent = words.working.replace("{n}", Math.round(share * 100)); });
      await draw(words.done);
    } catch {
      await draw(words.failed);
    }
    button.disabled = false;
  };

  button.onclick = async () => {
    if (refused()) { draw(); return; } // in another window meanwhile
    const there = await mine();
    if (!there) { await keep(); return; }
    await ask("forget", { name: there.name });
    draw(words.dropped);
  };
  draw().then(there => { if (there && navigator.onLine && !navigator.connection?.saveData) ask("renew").catch(() => {}); });
};
