import { themesStylesheet } from "./stylesheet.ts"

export default themesStylesheet()
