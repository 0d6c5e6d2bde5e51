/** What an image can run, by name: the program's place below the root of the image. */
export declare const programs: Readonly<Record<string, string>>;
