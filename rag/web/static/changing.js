// A change of the collection while it is made: every window shows how far it is, and how it ended.
import { call, onPress, patch, say, stream } from "./common.js";

let following = false;

export const isFollowing = () => following;

// Follows the change that is being made, or makes the one that is `asked` for, and shows it in `place`. Returns whether
// it succeeded; null if one is followed already.
export async function followChange(place, asked = null) {
  if (following) return null;
  following = true;
  document.dispatchEvent(new CustomEvent("following"));
  let last = null;
  let updates = 0;
  const take = (update) => {
    patch(place, update.html);
    if (++updates === 2 && !update.done) document.dispatchEvent(new CustomEvent("progressing"));
    if (update.done) say(place.textContent.trim());
    last = update;
  };
  try {
    await (asked ? stream("rebuild", [asked], take) : stream("rebuilding", [], take));
  } catch (fault) {
    place.replaceChildren(Object.assign(document.createElement("p"), { className: "fault", textContent: fault.message }));
    say(fault.message);
  }
  following = false;
  if (last?.done) document.dispatchEvent(new CustomEvent("changed"));
  return Boolean(last?.done && !last.failed);
}

onPress(".stop-change", (button) => {
  button.disabled = true;
  call("POST", "/rebuilding/stop").catch((fault) => say(fault.message));
});
