/** Lays a page of the notebook out for a researcher, who has every cell open; before it is loaded. */
export const layOutForResearcher = (page) =>
  page.addInitScript(() =>
    localStorage.setItem('tracevae-notebook.preferences', '{"reader":"researcher"}'),
  );
